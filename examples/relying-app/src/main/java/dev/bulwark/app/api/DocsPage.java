package dev.bulwark.app.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.swagger.v3.core.util.Json;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.springdoc.webmvc.api.OpenApiWebMvcResource;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;

/** The OpenAPI document as a page, in the language of the browser, without a script. */
@Controller
class DocsPage {

  private final OpenApiWebMvcResource document;

  DocsPage(OpenApiWebMvcResource document) {
    this.document = document;
  }

  /** An operation of the API. */
  record Operation(String request, String summary, String scope, List<Answer> answers) {

    static Operation of(String path, String method, JsonNode operation) {
      List<Answer> answers = new ArrayList<>();
      operation
          .get("responses")
          .properties()
          .forEach(
              answer ->
                  answers.add(
                      new Answer(answer.getKey(), answer.getValue().get("description").asText())));
      return new Operation(
          method.toUpperCase(Locale.ROOT) + " " + path,
          operation.get("summary").asText(),
          operation.at("/security/0/token/0").asText(),
          answers);
    }
  }

  /** An answer of an operation. */
  record Answer(String status, String description) {}

  @GetMapping("/docs")
  String docs(Model model, HttpServletRequest request, Locale locale) throws IOException {
    List<Operation> operations = new ArrayList<>();
    for (Map.Entry<String, JsonNode> path : paths(request, locale).properties()) {
      path.getValue()
          .properties()
          .forEach(
              operation ->
                  operations.add(
                      Operation.of(path.getKey(), operation.getKey(), operation.getValue())));
    }
    model.addAttribute("operations", operations);
    return "docs";
  }

  private JsonNode paths(HttpServletRequest request, Locale locale) throws IOException {
    return Json.mapper()
        .readTree(document.openapiJson(request, "/docs/openapi", locale))
        .get("paths");
  }
}
