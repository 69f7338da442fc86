package dev.bulwark.server.development;

import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.GreenMailUtil;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** B3: the development run prints each mail once, in order of arrival, whoever gets it. */
class NewMailsTest {

  private final GreenMail server =
      new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));

  private NewMails mails;

  @BeforeEach
  void start() {
    server.start();
    mails = new NewMails(server);
  }

  @AfterEach
  void stop() {
    server.stop();
  }

  @Test
  void mailsToSeveralUsersComeOnceAndInOrder() throws Exception {
    send("zoe", "first");
    assertThat(subjects()).containsExactly("first");
    // The mailbox of this user comes before that of the first in GreenMail's list.
    send("adam", "second");
    send("zoe", "third");
    assertThat(subjects()).containsExactly("second", "third");
    send("emma", "fourth");
    send("adam", "fifth");
    assertThat(subjects()).containsExactly("fourth", "fifth");
    assertThat(subjects()).isEmpty();
  }

  private void send(String user, String subject) {
    GreenMailUtil.sendTextEmail(
        user + "@example.org",
        "auth@example.org",
        subject,
        "text",
        server.getSmtp().getServerSetup());
  }

  private List<String> subjects() throws MessagingException {
    List<String> subjects = new ArrayList<>();
    for (MimeMessage mail : mails.next()) {
      subjects.add(mail.getSubject());
    }
    return subjects;
  }
}
