package dev.bulwark.server.development;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import dev.bulwark.testing.FreePort;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.util.Arrays;
import java.util.Objects;

/**
 * The mails of the development run: none leaves this machine, each is printed, for example the link
 * of a forgotten password.
 */
final class DevelopmentInbox {

  static final int PORT = 3025;

  private static final String LINE = "-".repeat(80);
  private static final long WAIT_MILLIS = 60_000;

  private DevelopmentInbox() {}

  /** Receives mails until this process ends; where the port is taken, says so and does not. */
  static void start() {
    if (FreePort.isOpen(PORT)) {
      System.out.println(
          "Port " + PORT + " is taken: whoever listens there gets the mails, they are not shown.");
      return;
    }
    GreenMail server = new GreenMail(new ServerSetup(PORT, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
    server.start();
    Thread printer = new Thread(() -> print(server), "mails");
    printer.setDaemon(true);
    printer.start();
    System.out.println("Mails are printed here (SMTP on port " + PORT + ").");
  }

  private static void print(GreenMail server) {
    NewMails mails = new NewMails(server);
    int received = 0;
    while (!Thread.currentThread().isInterrupted()) {
      if (server.waitForIncomingEmail(WAIT_MILLIS, received + 1)) {
        for (MimeMessage mail : mails.next()) {
          System.out.println(text(mail));
          received++;
        }
      }
    }
  }

  /** Receiver, subject and the plain text. */
  static String text(MimeMessage mail) {
    try {
      String to = Arrays.toString(mail.getRecipients(Message.RecipientType.TO));
      return "\n"
          + LINE
          + "\nMail to "
          + to
          + ": "
          + mail.getSubject()
          + "\n\n"
          + body(mail)
          + LINE;
    } catch (MessagingException | IOException e) {
      return "A mail that cannot be read: " + e;
    }
  }

  private static String body(MimeMessage mail) throws MessagingException, IOException {
    Object content = mail.getContent();
    if (content instanceof Multipart parts) {
      content = parts.getBodyPart(0).getContent();
    }
    return Objects.toString(content, "");
  }
}
