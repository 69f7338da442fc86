package dev.bulwark.app.web;

import dev.bulwark.app.security.login.SignedOut;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.security.Principal;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;

/** The page for those who are not logged in. */
@Controller
class HomePage {

  private final SignedOut signedOut;

  HomePage(SignedOut signedOut) {
    this.signedOut = signedOut;
  }

  @GetMapping("/")
  String home(
      @Nullable Principal user,
      HttpServletRequest request,
      HttpServletResponse response,
      Model model) {
    if (user != null) {
      return "redirect:/tasks";
    }
    model.addAttribute("signedOut", signedOut.take(request, response));
    return "home";
  }
}
