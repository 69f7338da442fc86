package dev.bulwark.bootapp;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** An application as a stranger would write it: a resource server that has the starter. */
@SpringBootApplication
@RestController
public class TasksApp {

  /** Starts it. */
  public static void main(String[] arguments) {
    SpringApplication.run(TasksApp.class, arguments);
  }

  @GetMapping("/api/tasks")
  String tasks() {
    return "tasks";
  }
}
