package dev.bulwark.server.development;

import com.icegreen.greenmail.store.StoredMessage;
import com.icegreen.greenmail.util.GreenMail;
import jakarta.mail.internet.MimeMessage;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * The mails that a server has received since the last look. GreenMail lists them by mailbox, so
 * that a mail to the first user stands before earlier ones to others. Not thread-safe.
 */
final class NewMails {

  private final GreenMail server;
  private final Set<MimeMessage> seen = Collections.newSetFromMap(new IdentityHashMap<>());

  NewMails(GreenMail server) {
    this.server = server;
  }

  /** Returns each mail of each mailbox once, in the order of their arrival. */
  List<MimeMessage> next() {
    return received().stream()
        .sorted(Comparator.comparing(StoredMessage::getReceivedDate))
        .map(StoredMessage::getMimeMessage)
        .filter(seen::add)
        .toList();
  }

  private List<StoredMessage> received() {
    return List.copyOf(server.getManagers().getImapHostManager().getAllMessages());
  }
}
