package dev.bulwark.backchannel.outbox;

/** How far a notice is. */
public enum NoticeState {
  /** The receiver has not acknowledged it yet. */
  WAITING,
  /** The receiver has acknowledged it. The row stays for a while, so that no second one is sent. */
  DELIVERED,
  /** It is not sent any more: a dead letter. */
  DEAD
}
