package dev.bulwark.it.themes;

import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import jakarta.mail.BodyPart;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jsoup.Jsoup;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** B5: e-mails as they leave the server. */
@SharedRealm
class EmailThemeIT {

  private static final GreenMail MAILS =
      new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));

  private final AdminApi admin = TestStack.get().admin();

  @BeforeAll
  static void receiveMails() {
    Assumptions.assumeTrue(
        "distribution".equals(System.getProperty("server", "distribution")),
        "The mail server of this test is on 127.0.0.1, where only a local Keycloak finds it");
    MAILS.start();
    TestStack.get()
        .admin()
        .put(
            "/realms/app",
            """
            {"smtpServer": {"host": "127.0.0.1", "port": "%d", "from": "auth@example.org",
             "fromDisplayName": "Bulwark"}}
            """
                .formatted(MAILS.getSmtp().getPort()))
        .expect(204);
  }

  @AfterAll
  static void stop() {
    MAILS.stop();
  }

  @BeforeEach
  void empty() throws Exception {
    MAILS.purgeEmailFromAllMailboxes();
  }

  @ParameterizedTest
  @CsvSource({
    "en, Reset your password, Set a new password, 5 minutes, Sent automatically by Bulwark",
    "de, Passwort zurücksetzen, Neues Passwort festlegen, 5 Minuten, Automatisch von Bulwark versendet",
  })
  void resetPassword(String language, String subject, String button, String validity, String footer)
      throws Exception {
    requestPasswordReset("alice", language);

    Mail mail = receive();
    assertThat(mail.subject()).isEqualTo(subject);
    assertThat(mail.html())
        .contains("<html lang=\"" + language + "\"", ">Bulwark</h1>", button, validity, footer)
        .contains("prefers-color-scheme: dark")
        .doesNotContain("<img", "<link", "url(");
    assertThat(mail.text()).contains(validity, footer).doesNotContain("<p>", "<a ");
    String link = find(mail.text(), "(?m)^(http\\S+/login-actions/action-token\\S+)$");
    assertThat(Jsoup.parse(mail.html()).select("a").eachAttr("href")).contains(link);
    assertThat(link).startsWith(TestStack.get().url().toString());
  }

  @Test
  void requiredActions() throws Exception {
    admin
        .put(
            "/realms/app/users/" + admin.userId("bob") + "/execute-actions-email",
            "[\"UPDATE_PASSWORD\"]")
        .expect(204);

    Mail mail = receive();
    assertThat(mail.subject()).isEqualTo("Please complete your account");
    assertThat(mail.html())
        .contains("An administrator of Bulwark", "Set a new password", ">Start</a>");
  }

  /** What a browser does: the login page, its link to the reset page, the form there. */
  private static void requestPasswordReset(String user, String language) {
    String login =
        TestStack.get().realm().endpoint("auth")
            + "?client_id=dev-cli&response_type=code&scope=openid"
            + "&redirect_uri=http%3A%2F%2Flocalhost%2F&code_challenge_method=S256"
            + "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&ui_locales="
            + language;
    FormBrowser browser = new FormBrowser(TestStack.get().url());
    FormBrowser.Page reset = browser.click(browser.open(login), "reset-credentials");
    browser.submit(reset, Map.of("username", user)).response().expect(200);
  }

  private static String find(String text, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    if (!matcher.find()) {
      throw new AssertionError("no " + pattern + " in " + text);
    }
    return matcher.group(1);
  }

  private static Mail receive() throws MessagingException, IOException {
    assertThat(MAILS.waitForIncomingEmail(10_000, 1)).as("a mail came").isTrue();
    MimeMessage message = MAILS.getReceivedMessages()[0];
    Multipart parts = (Multipart) message.getContent();
    return new Mail(message.getSubject(), part(parts, "text/plain"), part(parts, "text/html"));
  }

  private static String part(Multipart parts, String type) throws MessagingException, IOException {
    for (int i = 0; i < parts.getCount(); i++) {
      BodyPart part = parts.getBodyPart(i);
      if (part.isMimeType(type)) {
        return ((String) part.getContent()).replace("\r\n", "\n");
      }
    }
    throw new AssertionError("no part " + type);
  }

  private record Mail(String subject, String text, String html) {}
}
