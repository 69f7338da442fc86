package dev.bulwark.it.production;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import dev.bulwark.it.support.Inbox;

/** A mail server on this machine that is there before the server that uses it. */
final class MailServer implements AutoCloseable {

  private final GreenMail server =
      new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));

  MailServer() {
    server.start();
  }

  int port() {
    return server.getSmtp().getPort();
  }

  /** Waits for a mail and takes the link out of it. */
  String link() {
    return Inbox.link(server);
  }

  @Override
  public void close() {
    server.stop();
  }
}
