package dev.bulwark.apikey.store;

/** Another transaction changed the keys of an owner first. Nothing is written; try again. */
public final class LockConflictException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  LockConflictException(RuntimeException cause) {
    super("Another request changes the keys of this owner", cause);
  }
}
