package dev.bulwark.app.api;

import dev.bulwark.app.security.api.Caller;
import dev.bulwark.app.tasks.Task;
import dev.bulwark.app.tasks.TaskRepository;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.security.SecurityRequirement;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The caller's tasks. Which scope each method needs stands in {@code ApiSecurity}. */
@RestController
@RequestMapping("/api/tasks")
class TaskApi {

  /** For programs in other languages too, which read it in the OpenAPI document. */
  private static final String NO_CONTROLS = "^[^\\x00-\\x1F\\x7F-\\x9F]*$";

  private final TaskRepository tasks;

  TaskApi(TaskRepository tasks) {
    this.tasks = tasks;
  }

  /** A task as the API shows it. */
  record TaskView(long id, String title, boolean done, Instant createdAt) {

    static TaskView of(Task task) {
      return new TaskView(
          Objects.requireNonNull(task.id()), task.title(), task.done(), task.createdAt());
    }
  }

  /** A task to create. PostgreSQL stores no NUL, and a title is one line. */
  record NewTask(@NotBlank @Size(max = 200) @Pattern(regexp = NO_CONTROLS) String title) {}

  @GetMapping
  @Operation(
      summary = "The caller's tasks, newest first",
      security = @SecurityRequirement(name = "token", scopes = "tasks:read"))
  List<TaskView> list(Authentication caller) {
    return tasks.findByOwnerOrderByIdDesc(Caller.of(caller).id()).stream()
        .map(TaskView::of)
        .toList();
  }

  @PostMapping
  @ResponseStatus(HttpStatus.CREATED)
  @Operation(
      summary = "Creates a task of the caller",
      security = @SecurityRequirement(name = "token", scopes = "tasks:write"))
  TaskView create(@Valid @RequestBody NewTask task, Authentication authentication) {
    Caller caller = Caller.of(authentication);
    return TaskView.of(
        tasks.save(
            new Task(
                null, caller.id(), caller.name(), task.title().strip(), false, Instant.now())));
  }
}
