package dev.bulwark.it.support;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.GreenMailUtil;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.internet.MimeMessage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;

/** A mail server on this machine, which a realm sends its mails to. */
public final class Inbox implements AutoCloseable {

  private static final Pattern LINK =
      Pattern.compile("(?m)^(http\\S+/login-actions/action-token\\S+)");
  private static final int TIMEOUT_MILLIS = 20_000;

  private final GreenMail server =
      new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));

  /** Starts the server for the realm {@code app}; skips the test where Keycloak is elsewhere. */
  public Inbox(AdminApi admin) {
    this(admin, "app");
  }

  /** Starts the server for a realm; skips the test where Keycloak is elsewhere. */
  public Inbox(AdminApi admin, String realm) {
    Assumptions.assumeTrue(
        "distribution".equals(System.getProperty("server", "distribution")),
        "The mail server of this test is on 127.0.0.1, where only a local Keycloak finds it");
    server.start();
    admin
        .put(
            "/realms/" + realm,
            """
            {"smtpServer": {"host": "127.0.0.1", "port": "%d", "from": "auth@example.org"}}
            """
                .formatted(server.getSmtp().getPort()))
        .expect(204);
  }

  /** Waits for a mail and takes the link to the server out of it; the inbox is empty afterwards. */
  public String link() {
    return link(server);
  }

  /** The same of a mail server that was started by somebody else. */
  public static String link(GreenMail server) {
    if (!server.waitForIncomingEmail(TIMEOUT_MILLIS, 1)) {
      throw new AssertionError("no mail came");
    }
    try {
      MimeMessage mail = server.getReceivedMessages()[0];
      jakarta.mail.Multipart parts = (jakarta.mail.Multipart) mail.getContent();
      String text = String.valueOf(parts.getBodyPart(0).getContent());
      Matcher link = LINK.matcher(text.replace("\r\n", "\n"));
      if (!link.find()) {
        throw new AssertionError("no link in " + GreenMailUtil.getWholeMessage(mail));
      }
      server.purgeEmailFromAllMailboxes();
      return link.group(1);
    } catch (java.io.IOException
        | jakarta.mail.MessagingException
        | com.icegreen.greenmail.store.FolderException e) {
      throw new AssertionError(e);
    }
  }

  /** How many mails are there. */
  public int size() {
    return server.getReceivedMessages().length;
  }

  @Override
  public void close() {
    server.stop();
  }
}
