package dev.bulwark.server.development;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The page of the development run, for browsers of this machine: what to open, commands to paste,
 * and the mails. Thread-safe.
 */
final class StartPage {

  static final int PORT = 8025;

  private static final Pattern LINK = Pattern.compile("https?://[^\\s&<]+(?:&amp;[^\\s&<]+)*");
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss").withZone(ZoneId.systemDefault());

  private static final String PAGE =
      """
      <!doctype html>
      <html lang="en">
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>Bulwark: development run</title>
      <style>
        :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
        body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
        h2 { margin-top: 2.5rem; }
        h3 { margin-bottom: 0.25rem; font-size: 1rem; }
        pre { white-space: pre-wrap; overflow-wrap: anywhere; margin-top: 0; padding: 0.75rem;
          border: 1px solid; border-radius: 4px; }
        dt { margin-top: 0.75rem; font-weight: 600; }
        dd { margin: 0; overflow-wrap: anywhere; }
      </style>
      <main>
        <h1>Bulwark: development run</h1>
        <dl>%s</dl>
        <h2>Commands to paste</h2>
        <p>They build on each other.</p>
        %s
        <h2>Mails</h2>
        <p>No mail leaves this machine. Reload this page for later ones.</p>
        %s
      </main>
      </html>
      """;

  private final DevelopmentInbox inbox;
  private final URI keycloak;

  /**
   * The page.
   *
   * @param keycloak its base URL
   */
  StartPage(DevelopmentInbox inbox, URI keycloak) {
    this.inbox = inbox;
    this.keycloak = keycloak;
  }

  /** Serves it until this process ends. */
  HttpServer start(int port) throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
    server.createContext("/", this::answer);
    server.start();
    return server;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      // A name of somebody else's that leads to this machine would show his page the mails.
      String host = String.valueOf(exchange.getRequestHeaders().getFirst("Host"));
      boolean isLocal = host.matches("(localhost|127\\.0\\.0\\.1)(:[0-9]+)?");
      boolean isPage = exchange.getRequestURI().getPath().equals("/");
      byte[] body = (isLocal && isPage ? html() : "").getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
      exchange.getResponseHeaders().set("Cache-Control", "no-store");
      exchange
          .getResponseHeaders()
          .set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
      exchange.sendResponseHeaders(
          !isLocal ? 403 : isPage ? 200 : 404, body.length == 0 ? -1 : body.length);
      try (OutputStream out = exchange.getResponseBody()) {
        out.write(body);
      }
    }
  }

  String html() {
    StringBuilder places = new StringBuilder();
    for (DevelopmentGuide.Place place : DevelopmentGuide.places(keycloak)) {
      places.append(
          "<dt>%s</dt><dd>%s<br>%s</dd>"
              .formatted(
                  escape(place.name()), linked(escape(place.address())), escape(place.hint())));
    }
    StringBuilder commands = new StringBuilder();
    for (DevelopmentGuide.Command command : DevelopmentGuide.commands(keycloak)) {
      commands.append(
          "<h3>%s</h3><pre tabindex=\"0\">%s</pre>"
              .formatted(escape(command.title()), escape(command.text())));
    }
    List<DevelopmentInbox.Mail> newestFirst = new ArrayList<>(inbox.mails());
    Collections.reverse(newestFirst);
    StringBuilder mails = new StringBuilder(newestFirst.isEmpty() ? "<p>None yet.</p>" : "");
    for (DevelopmentInbox.Mail mail : newestFirst) {
      mails.append(
          "<article><h3>%s to %s: %s</h3><pre>%s</pre></article>"
              .formatted(
                  TIME.format(mail.at()),
                  escape(mail.to()),
                  escape(mail.subject()),
                  linked(escape(mail.text()))));
    }
    return PAGE.formatted(places, commands, mails);
  }

  private static String linked(String escaped) {
    return LINK.matcher(escaped).replaceAll("<a href=\"$0\">$0</a>");
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
