package dev.bulwark.it.support;

import com.icegreen.greenmail.store.FolderException;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;

/** A mail server on this machine, which a realm sends its mails to. */
public final class Inbox implements AutoCloseable {

  private static final Pattern LINK =
      Pattern.compile("(?m)^(http\\S+/login-actions/action-token\\S+)");
  private static final int TIMEOUT_MILLIS = 20_000;

  private final String realm;
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
    this.realm = realm;
    server.start();
    use(admin);
  }

  /** Has the realm send its mails here, again. */
  public void use(AdminApi admin) {
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

  /**
   * The same of a mail server that was started by somebody else. Mails without a link, as those
   * about changes of an account, are passed over.
   */
  public static String link(GreenMail server) {
    List<String> links =
        Awaitility.await()
            .atMost(Duration.ofMillis(TIMEOUT_MILLIS))
            .until(() -> links(server), found -> !found.isEmpty());
    try {
      server.purgeEmailFromAllMailboxes();
    } catch (FolderException e) {
      throw new AssertionError(e);
    }
    return links.get(0);
  }

  /** How many mails with a link to the server are there. */
  public int links() {
    return links(server).size();
  }

  /** The link to the server in a mail. */
  public static String link(Mail mail) {
    Matcher link = LINK.matcher(mail.text());
    if (!link.find()) {
      throw new AssertionError("no link in " + mail.text());
    }
    return link.group(1);
  }

  private static List<String> links(GreenMail server) {
    List<String> links = new ArrayList<>();
    for (MimeMessage message : server.getReceivedMessages()) {
      Matcher link = LINK.matcher(read(message).text());
      if (link.find()) {
        links.add(link.group(1));
      }
    }
    return links;
  }

  /** A mail in its two forms. */
  public record Mail(String subject, String text, String html) {}

  /** Waits until there are so many mails to an address at least, and returns all, oldest first. */
  public List<Mail> await(String address, int count) {
    return Awaitility.await()
        .atMost(Duration.ofMillis(TIMEOUT_MILLIS))
        .until(() -> to(address), mails -> mails.size() >= count);
  }

  /** The mails to an address, oldest first. */
  public List<Mail> to(String address) {
    List<Mail> mails = new ArrayList<>();
    for (MimeMessage message : server.getReceivedMessages()) {
      try {
        if (message.getAllRecipients()[0].toString().contains(address)) {
          mails.add(read(message));
        }
      } catch (MessagingException e) {
        throw new AssertionError(e);
      }
    }
    return mails;
  }

  private static Mail read(MimeMessage message) {
    try {
      Multipart parts = (Multipart) message.getContent();
      return new Mail(
          message.getSubject(),
          String.valueOf(parts.getBodyPart(0).getContent()).replace("\r\n", "\n"),
          String.valueOf(parts.getBodyPart(1).getContent()));
    } catch (IOException | MessagingException e) {
      throw new AssertionError(e);
    }
  }

  /** Forgets the mails. */
  public void empty() {
    try {
      server.purgeEmailFromAllMailboxes();
    } catch (FolderException e) {
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
