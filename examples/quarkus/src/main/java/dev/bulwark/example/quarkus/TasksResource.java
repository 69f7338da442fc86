package dev.bulwark.example.quarkus;

import io.quarkus.security.Authenticated;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;

/** An API for the holders of a token. */
@Path("/tasks")
@Authenticated
public class TasksResource {

  @GET
  public String tasks() {
    return "tasks";
  }
}
