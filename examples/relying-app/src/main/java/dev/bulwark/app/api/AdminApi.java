package dev.bulwark.app.api;

import dev.bulwark.app.tasks.OwnerSummary;
import dev.bulwark.app.tasks.TaskRepository;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.security.SecurityRequirement;
import java.util.List;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * What only administrators may see: Keycloak grants the scope {@code admin} to whoever has the role
 * of that name, and to nobody else.
 */
@RestController
class AdminApi {

  private final TaskRepository tasks;

  AdminApi(TaskRepository tasks) {
    this.tasks = tasks;
  }

  @GetMapping("/api/admin/users")
  @Operation(
      summary = "Everybody who has tasks",
      security = @SecurityRequirement(name = "token", scopes = "admin"))
  List<OwnerSummary> users() {
    return tasks.summary();
  }
}
