package dev.bulwark.app.web;

import java.security.Principal;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;

/** The page for those who are not logged in. */
@Controller
class HomePage {

  @GetMapping("/")
  String home(@Nullable Principal user) {
    return user == null ? "home" : "redirect:/tasks";
  }
}
