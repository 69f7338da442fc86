package dev.bulwark.server.development;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import dev.bulwark.testing.FreePort;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The mails of the development run: none leaves this machine, each goes to a file and to the {@link
 * StartPage}, for example the link of a forgotten password. Thread-safe.
 */
final class DevelopmentInbox {

  static final int PORT = 3025;

  private static final long WAIT_MILLIS = 60_000;
  private static final DateTimeFormatter NAME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneId.systemDefault());

  private final Path folder;
  private final List<Mail> mails = new CopyOnWriteArrayList<>();

  DevelopmentInbox(Path folder) {
    this.folder = folder;
  }

  /** What somebody reads of a mail. */
  record Mail(Instant at, String to, String subject, String text) {}

  /** Those of this run, the oldest first. */
  List<Mail> mails() {
    return List.copyOf(mails);
  }

  void add(Mail mail) {
    mails.add(mail);
  }

  /** Receives mails until this process ends; where the port is taken, says so and does not. */
  void start() throws IOException {
    if (FreePort.isOpen(PORT)) {
      System.out.println(
          "Port " + PORT + " is taken: whoever listens there gets the mails, they are not shown.");
      return;
    }
    Files.createDirectories(folder);
    GreenMail server = new GreenMail(new ServerSetup(PORT, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
    server.start();
    Thread receiver = new Thread(() -> receive(server), "mails");
    receiver.setDaemon(true);
    receiver.start();
  }

  private void receive(GreenMail server) {
    NewMails arrived = new NewMails(server);
    int received = 0;
    while (!Thread.currentThread().isInterrupted()) {
      if (server.waitForIncomingEmail(WAIT_MILLIS, received + 1)) {
        for (MimeMessage mail : arrived.next()) {
          received++;
          keep(mail, received);
        }
      }
    }
  }

  private void keep(MimeMessage message, int number) {
    try {
      Mail mail = read(message);
      Path file = folder.resolve(NAME.format(mail.at()) + "-" + number + ".eml");
      try (OutputStream out = Files.newOutputStream(file)) {
        message.writeTo(out);
      }
      add(mail);
      System.out.printf(
          "Mail to %s: %s (http://localhost:%d)%n", mail.to(), mail.subject(), StartPage.PORT);
    } catch (MessagingException | IOException e) {
      System.out.println("A mail that cannot be read: " + e);
    }
  }

  /** Receiver, subject and the plain text. */
  static Mail read(MimeMessage mail) throws MessagingException, IOException {
    return new Mail(
        Instant.now(),
        Arrays.toString(mail.getRecipients(Message.RecipientType.TO)).replaceAll("^\\[|]$", ""),
        Objects.toString(mail.getSubject(), ""),
        body(mail));
  }

  private static String body(MimeMessage mail) throws MessagingException, IOException {
    Object content = mail.getContent();
    if (content instanceof Multipart parts) {
      content = parts.getBodyPart(0).getContent();
    }
    return Objects.toString(content, "");
  }
}
