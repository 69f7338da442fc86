package dev.bulwark.app.web;

import dev.bulwark.app.security.api.Caller;
import dev.bulwark.app.settings.KeycloakSettings;
import dev.bulwark.app.tasks.Task;
import dev.bulwark.app.tasks.TaskRepository;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.Authentication;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The tasks of the person who is logged in. Every form bears a token against forged requests. */
@Controller
@RequestMapping("/tasks")
class TaskPage {

  private static final int MAX_TITLE = 200;

  private final TaskRepository tasks;
  private final KeycloakSettings keycloak;

  TaskPage(TaskRepository tasks, KeycloakSettings keycloak) {
    this.tasks = tasks;
    this.keycloak = keycloak;
  }

  @GetMapping
  String show(Authentication authentication, Model model) {
    return page(Caller.of(authentication), null, model);
  }

  /**
   * The page.
   *
   * @param rejected a task that was typed and cannot be one; null if there is none
   */
  private String page(Caller caller, @Nullable String rejected, Model model) {
    model.addAttribute("invalid", rejected != null);
    model.addAttribute("typed", rejected);
    model.addAttribute("name", caller.name());
    model.addAttribute("tasks", tasks.findByOwnerOrderByIdDesc(caller.id()));
    model.addAttribute("account", keycloak.account(""));
    model.addAttribute("keys", keycloak.account("content/api-keys"));
    model.addAttribute("devices", keycloak.account("account-security/device-activity"));
    return "tasks";
  }

  /** Answers a text that is no task with the page itself, which shows the text and the reason. */
  @PostMapping
  String add(
      @RequestParam String title,
      Authentication authentication,
      HttpServletResponse response,
      Model model) {
    Caller caller = Caller.of(authentication);
    String text = title.strip();
    if (text.isEmpty()
        || text.length() > MAX_TITLE
        || text.chars().anyMatch(Character::isISOControl)) {
      response.setStatus(HttpStatus.BAD_REQUEST.value());
      return page(caller, title, model);
    }
    tasks.save(new Task(null, caller.id(), caller.name(), text, false, Instant.now()));
    return "redirect:/tasks";
  }

  /** A task that is gone, after a deletion in another tab, leads to the list without it. */
  @PostMapping("/{id}/done")
  String setDone(@PathVariable long id, @RequestParam boolean done, Authentication caller) {
    tasks.setDone(id, Caller.of(caller).id(), done);
    return "redirect:/tasks";
  }

  /** A double click deletes once and is no error. */
  @PostMapping("/{id}/delete")
  String delete(@PathVariable long id, Authentication caller) {
    tasks.delete(id, Caller.of(caller).id());
    return "redirect:/tasks";
  }
}
