package dev.bulwark.ratelimit;

import dev.bulwark.limit.Decision;

/**
 * The leave to test the secret of a client once. A server presents it with every request, and
 * rightly: so a right one costs no round trip to Redis, and only wrong ones count. On a node the
 * secrets of a client from an address are tested one after the other, so that of many at once no
 * more are tested than may be wrong. To be closed after the test, by the thread that took it.
 */
public interface ClientSlot extends AutoCloseable {

  /** Of a request that is not counted. */
  ClientSlot FREE =
      new ClientSlot() {
        @Override
        public Decision taken() {
          return Decision.GRANTED;
        }

        @Override
        public Decision wrong() {
          return Decision.GRANTED;
        }

        @Override
        public void right() {}

        @Override
        public void close() {}
      };

  /** Refused where a window is full: then the secret must not be tested. */
  Decision taken();

  /**
   * The secret was wrong: it counts for all nodes.
   *
   * @return refused where other nodes have filled a window: then the answer is that of {@link
   *     #taken}
   */
  Decision wrong();

  /** The secret was right. */
  void right();

  /** Lets the next one test. */
  @Override
  void close();
}
