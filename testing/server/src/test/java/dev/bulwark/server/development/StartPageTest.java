package dev.bulwark.server.development;

import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.util.GreenMailUtil;
import com.sun.net.httpserver.HttpServer;
import jakarta.mail.internet.MimeMessage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** B3: what the development run shows. */
class StartPageTest {

  private static final URI KEYCLOAK = URI.create("http://127.0.0.1:8080");

  private final DevelopmentInbox inbox = new DevelopmentInbox(Path.of("unused"));

  @Test
  void theBannerFitsOnASmallScreen() {
    assertThat(DevelopmentGuide.text(KEYCLOAK).lines())
        .hasSizeLessThan(24)
        .allMatch(line -> line.length() <= 80);
    assertThat(DevelopmentGuide.text(KEYCLOAK))
        .contains("http://localhost:" + StartPage.PORT, "http://localhost:8080/admin");
  }

  @Test
  void thePageHasWhatToOpenAndToPaste() throws Exception {
    HttpServer server = new StartPage(inbox, KEYCLOAK).start(0);
    try {
      URI page = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
      HttpResponse<String> answer =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(page).build(),
                  HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body())
          .contains("href=\"http://localhost:8080/realms/app/account\"", "None yet", "expiresAt")
          .contains("realm=app\"");
      assertThat(status(server, "evil.example.org")).contains(" 403 ");
      assertThat(status(server, "localhost:8025")).contains(" 200 ");
    } finally {
      server.stop(0);
    }
  }

  private static String status(HttpServer server, String host) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", server.getAddress().getPort())) {
      socket
          .getOutputStream()
          .write(("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n").getBytes(StandardCharsets.UTF_8));
      return new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))
          .readLine();
    }
  }

  @Test
  void aMailIsTextWithLinks() throws Exception {
    MimeMessage mail =
        GreenMailUtil.newMimeMessage(
            """
            To: <zoe@example.org>
            Subject: <b>Reset</b>

            Open http://localhost:8080/x?a=1&b=2 now.
            """);
    DevelopmentInbox.Mail read = DevelopmentInbox.read(mail);
    assertThat(read.to()).isEqualTo("zoe@example.org");
    inbox.add(read);
    assertThat(new StartPage(inbox, KEYCLOAK).html())
        .contains("&lt;b&gt;Reset&lt;/b&gt;")
        .doesNotContain("<b>")
        .contains(
            "<a href=\"http://localhost:8080/x?a=1&amp;b=2\">http://localhost:8080/x?a=1&amp;b=2</a>");
  }
}
