package dev.bulwark.it.social;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.UUID;

/**
 * A stand-in for GitHub, its website and its API: OAuth as GitHub answers it, which is older than
 * the standard (form-encoded answers, errors with status 200).
 *
 * @see <a
 *     href="https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps">GitHub's
 *     description</a>
 */
final class GitHub extends StandIn<GitHubAccount> {

  static final String TOKEN = "/login/oauth/access_token";
  static final String USER = "/api/user";
  static final String EMAILS = "/api/user/emails";

  private static final String DOCS = "https://docs.github.com/rest";

  GitHub() {
    super("Iv1.github-client", server());
  }

  private static HttpServer server() {
    try {
      return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + address().getPort());
  }

  URI apiUrl() {
    return URI.create(url() + "/api");
  }

  void add(GitHubAccount account) {
    add(account.login(), account);
  }

  @Override
  String authorizationPath() {
    return "/login/oauth/authorize";
  }

  @Override
  String refusal() {
    return "&error=access_denied&error_description="
        + encode("The user has denied your application access.")
        + "&error_uri="
        + encode("https://docs.github.com/apps/managing-oauth-apps/troubleshooting");
  }

  @Override
  String success() {
    return "";
  }

  @Override
  void answer(HttpExchange exchange, String path) throws IOException {
    switch (path) {
      case TOKEN -> token(exchange);
      case USER -> user(exchange);
      case EMAILS -> emails(exchange);
      default -> problem(exchange, 404, "Not Found");
    }
  }

  private void token(HttpExchange exchange) throws IOException {
    Map<String, String> form = form(exchange);
    if (!clientId().equals(form.get("client_id"))
        || !clientSecret().equals(form.get("client_secret"))) {
      refuse(
          exchange,
          "incorrect_client_credentials",
          "The client_id and/or client_secret passed are incorrect.");
      return;
    }
    Grant<GitHubAccount> grant = redeem(form.getOrDefault("code", ""));
    if (grant == null || !hasVerifier(grant, form)) {
      refuse(exchange, "bad_verification_code", "The code passed is incorrect or expired.");
      return;
    }
    String accessToken = "gho_" + UUID.randomUUID().toString().replace("-", "");
    issue(accessToken, grant);
    ObjectNode answer =
        JSON.createObjectNode()
            .put("access_token", accessToken)
            .put("scope", grant.parameter("scope"))
            .put("token_type", "bearer");
    sendAsAsked(exchange, answer);
  }

  private static void refuse(HttpExchange exchange, String error, String description)
      throws IOException {
    sendAsAsked(
        exchange,
        JSON.createObjectNode()
            .put("error", error)
            .put("error_description", description)
            .put("error_uri", "https://docs.github.com/apps/managing-oauth-apps/troubleshooting"));
  }

  /** Form-encoded, unless JSON is asked for; with status 200, errors too. */
  private static void sendAsAsked(HttpExchange exchange, ObjectNode answer) throws IOException {
    String accept = String.valueOf(exchange.getRequestHeaders().getFirst("Accept"));
    if (accept.contains("application/json")) {
      send(exchange, 200, answer);
      return;
    }
    StringBuilder form = new StringBuilder();
    answer
        .properties()
        .forEach(
            property ->
                form.append(form.isEmpty() ? "" : "&")
                    .append(property.getKey())
                    .append('=')
                    .append(encode(property.getValue().asText())));
    send(exchange, 200, "application/x-www-form-urlencoded; charset=utf-8", form.toString());
  }

  private void user(HttpExchange exchange) throws IOException {
    Grant<GitHubAccount> grant = bearer(exchange);
    if (grant == null) {
      problem(exchange, 401, "Bad credentials");
      return;
    }
    GitHubAccount account = grant.account();
    send(
        exchange,
        200,
        JSON.createObjectNode()
            .put("login", account.login())
            .put("id", account.id())
            .put("node_id", "U_stand-in")
            .put("avatar_url", "https://avatars.githubusercontent.com/u/" + account.id())
            .put("html_url", "https://github.com/" + account.login())
            .put("type", "User")
            .put("site_admin", false)
            .put("name", account.name())
            .putNull("company")
            .put("email", account.publicEmail())
            .put("created_at", "2011-01-25T18:44:36Z"));
  }

  private void emails(HttpExchange exchange) throws IOException {
    Grant<GitHubAccount> grant = bearer(exchange);
    if (grant == null) {
      problem(exchange, 401, "Bad credentials");
      return;
    }
    String scope = String.valueOf(grant.parameter("scope"));
    if (!scope.contains("user")) {
      problem(exchange, 404, "Not Found");
      return;
    }
    ArrayNode list = JSON.createArrayNode();
    for (GitHubAccount.Address address : grant.account().addresses()) {
      list.addObject()
          .put("email", address.email())
          .put("primary", address.primary())
          .put("verified", address.verified())
          .put("visibility", address.primary() ? "private" : null);
    }
    send(exchange, 200, list);
  }

  private static void problem(HttpExchange exchange, int status, String message)
      throws IOException {
    send(
        exchange,
        status,
        JSON.createObjectNode()
            .put("message", message)
            .put("documentation_url", DOCS)
            .put("status", Integer.toString(status)));
  }
}
