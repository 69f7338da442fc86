package dev.bulwark.delivery;

/** What became of a message, or of an attempt to send it. */
public enum Outcome {
  /** The receiver has it. */
  DELIVERED,
  /** The receiver does not accept it, or fails at it. */
  REJECTED,
  /** No answer, or one that concerns every message. */
  UNREACHABLE,
  /** It is not sent any more. */
  DEAD,
  /** It is forgotten: too many wait, or nobody is to get it. */
  DROPPED,
  /** Another one says the same. */
  DUPLICATE
}
