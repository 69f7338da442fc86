package dev.bulwark.notify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.mail.Address;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.ConnectException;
import java.util.HashMap;
import java.util.Optional;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.keycloak.email.EmailException;
import org.keycloak.email.TokenAuthEmailAuthenticator;
import org.keycloak.models.KeycloakSession;
import org.keycloak.storage.ReadOnlyException;
import org.keycloak.theme.FreeMarkerException;
import org.keycloak.vault.VaultStringSecret;
import org.keycloak.vault.VaultTranscriber;

/** K10: nobody's mail holds up those of others. */
class MailFailureTest {

  private static final Address[] NOBODY = {};

  /** The name of an API key is in the text, so a user may choose what the server rejects. */
  @ParameterizedTest
  @CsvSource({
    "MAIL FROM:<auth@example.org>, 451, SERVER",
    "MAIL FROM:<auth@example.org>, 550, SERVER",
    "DATA, 354, SERVER",
    "DATA, 421, SERVER",
    "DATA, 451, SINGLE_MAIL",
    "DATA, 554, SINGLE_MAIL",
    "., -1, SERVER",
    "., 421, SERVER",
    "., 452, SINGLE_MAIL",
    "., 552, SINGLE_MAIL",
    "., 554, SINGLE_MAIL",
  })
  void aReplyToTheTextConcernsTheMail(String command, int code, MailFailure expected) {
    assertThat(
            ofProvider(
                new SMTPSendFailedException(
                    command, code, code + " no", null, NOBODY, NOBODY, NOBODY)))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "421, SERVER",
    "450, SINGLE_MAIL",
    "452, SINGLE_MAIL",
    "550, PERMANENT",
    "553, PERMANENT"
  })
  void aReplyToTheRecipientConcernsTheMail(int code, MailFailure expected) throws Exception {
    MessagingException recipient =
        new SMTPAddressFailedException(
            new InternetAddress("ann@example.org"), "RCPT TO:<ann@example.org>", code, "no");
    assertThat(
            ofProvider(
                new SendFailedException("Invalid Addresses", recipient, NOBODY, NOBODY, NOBODY)))
        .isEqualTo(expected);
  }

  @Test
  void anythingBeforeThatConcernsTheServer() {
    assertThat(ofProvider(new MessagingException("no", new ConnectException("no"))))
        .isEqualTo(MailFailure.SERVER);
    assertThat(ofProvider(new AuthenticationFailedException("535 no")))
        .isEqualTo(MailFailure.SERVER);
  }

  /** K10: the client secret has expired, or the token endpoint is unreachable. */
  @Test
  void noTokenForTheServerConcernsTheServer() {
    assertThat(ofProvider(new EmailException("No access token found in token-response for SMTP")))
        .isEqualTo(MailFailure.SERVER);
    assertThat(
            ofProvider(
                new EmailException(
                    "Failed to gather valid token for SMTP", new ConnectException("no"))))
        .isEqualTo(MailFailure.SERVER);
  }

  /** K10: Keycloak's own class fails so if the settings lack the client's secret. */
  @Test
  void aTokenThatIsNotSetUpConcernsTheServer() {
    assertThatThrownBy(
            () -> new TokenAuthEmailAuthenticator().connect(emptyVault(), new HashMap<>(), null))
        .isInstanceOfSatisfying(
            NullPointerException.class,
            e -> assertThat(ofProvider(e)).isEqualTo(MailFailure.SERVER));
  }

  /** A session with a vault that has no secret. */
  private static KeycloakSession emptyVault() {
    Class<?>[] types = {KeycloakSession.class, VaultTranscriber.class, VaultStringSecret.class};
    return (KeycloakSession)
        Proxy.newProxyInstance(
            MailFailureTest.class.getClassLoader(),
            types,
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "vault", "getStringSecret" -> proxy;
                  case "get" -> Optional.empty();
                  case "close" -> null;
                  default -> throw new UnsupportedOperationException(method.toString());
                });
  }

  @Test
  void whatTheServerHasNotSeenConcernsTheMail() {
    assertThat(MailFailure.of(new ReadOnlyException("no"))).isEqualTo(MailFailure.SINGLE_MAIL);
    assertThat(MailFailure.of(new NoClassDefFoundError("no"))).isEqualTo(MailFailure.SINGLE_MAIL);
    assertThat(ofProvider(new AddressException("no"))).isEqualTo(MailFailure.SINGLE_MAIL);
    assertThat(ofProvider(new IOException("no"))).isEqualTo(MailFailure.SINGLE_MAIL);
  }

  @Test
  void aTemplateThatFailsDoesSoEachTime() {
    assertThat(ofProvider(new IllegalStateException("no"))).isEqualTo(MailFailure.PERMANENT);
    assertThat(MailFailure.of(new EmailException("Invalid address")))
        .isEqualTo(MailFailure.PERMANENT);
    assertThat(
            ofProvider(
                new EmailException(
                    "Failed to template html email.",
                    new FreeMarkerException("no", new IllegalStateException("no")))))
        .isEqualTo(MailFailure.PERMANENT);
  }

  /** As Keycloak's mail provider and then the queue wrap it. */
  private static MailFailure ofProvider(Exception failure) {
    return MailFailure.of(new IllegalStateException(new EmailException("not sent", failure)));
  }
}
