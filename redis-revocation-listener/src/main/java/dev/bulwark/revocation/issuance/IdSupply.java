package dev.bulwark.revocation.issuance;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of this node, for each kind of token some. A kind that comes for the first time has
 * none yet: its first tokens go without a reserved id. Thread-safe.
 */
final class IdSupply {

  /** Blocks that are ready for use: one in use and one after it. */
  private static final int READY = 2;

  private static final int SMALLEST = 256;
  private static final int LARGEST = 4_096;

  /** A block that is used up sooner is followed by a larger one. */
  private static final Duration LASTING = Duration.ofSeconds(30);

  /** With places in status lists, each realm and window has its own kinds. */
  static final int MAX_LISTED = 256;

  /** Keycloak has about a hundred combinations of session, token and grant; a server uses few. */
  private static final int MAX_KINDS = MAX_LISTED + 128;

  /** No token lives longer with a reserved id. */
  static final Duration LIFE = Duration.ofHours(2);

  /** A block whose rest of life is shorter is replaced: a token of an hour does not fit. */
  private static final Duration REPLACED = Duration.ofHours(1);

  private final Map<IdKind, Blocks> kinds = new ConcurrentHashMap<>();
  private final List<Retired> retired = new ArrayList<>();
  private final AtomicLong turns = new AtomicLong();
  private volatile boolean lacking;
  private final SecureRandom random = new SecureRandom();
  private final LongSupplier nanos;

  /**
   * Without blocks.
   *
   * @param nanos {@link System#nanoTime()}
   */
  IdSupply(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /**
   * Takes an id.
   *
   * @param expiresAt {@code exp} of the token, seconds since 1970
   * @return null if there is none of the kind that fits
   */
  @Nullable ReservedId take(IdKind kind, long expiresAt) {
    Blocks blocks = kinds.get(kind);
    if (blocks == null) {
      // Kinds with places, however many realms there are, leave room for the others.
      if (kinds.size() < (kind.isListed() ? MAX_LISTED : MAX_KINDS)) {
        kinds.putIfAbsent(kind, new Blocks(turns.incrementAndGet()));
        lacking = true;
      }
      return null;
    }
    synchronized (blocks) {
      blocks.asked = true;
      while (true) {
        lacking |= blocks.ready.size() < READY;
        IdBlock block = blocks.ready.peek();
        if (block == null) {
          return null;
        }
        ReservedId id = block.take(expiresAt);
        if (id != null || !block.isUsedUp()) {
          return id;
        }
        blocks.ready.remove();
        retire(block);
      }
    }
  }

  /** Whether a block is lacking: {@link #wanted} says which. */
  boolean isShort() {
    return lacking;
  }

  /**
   * A block to reserve.
   *
   * @param reservation still without places
   * @param turn the lower, the longer ago its kind came or got a block
   */
  record Wanted(IdKind kind, Reservation reservation, long turn) {}

  /**
   * The blocks to reserve now, for each kind that has been asked for since the last block: one of
   * each kind before another of any, and first of the kind whose last one is longest ago. A slow
   * database may leave no time for all of them ({@link #putOff}), or reject one ({@link #failed}).
   *
   * @param owner name of this node
   * @param now seconds since 1970
   */
  List<Wanted> wanted(String owner, long now) {
    lacking = false;
    List<Wanted> wanted = new ArrayList<>();
    kinds.forEach(
        (kind, blocks) -> {
          synchronized (blocks) {
            retireOld(kind, blocks, now);
            if (kind.isOver(now)) {
              kinds.remove(kind);
              return;
            }
            int lacking = READY - blocks.ready.size();
            if (!blocks.asked || lacking <= 0) {
              return;
            }
            blocks.asked = false;
            int size = blocks.nextSize(nanos.getAsLong());
            for (int i = 0; i < lacking; i++) {
              wanted.add(new Wanted(kind, reservation(owner, kind, size, now), blocks.turn));
              blocks.turn = turns.incrementAndGet();
            }
          }
        });
    wanted.sort(Comparator.comparingLong(Wanted::turn));
    return wanted;
  }

  /** This could not be reserved: {@link #wanted} has its kind again, after those that waited. */
  void failed(Wanted one) {
    Blocks blocks = kinds.get(one.kind());
    if (blocks != null) {
      synchronized (blocks) {
        blocks.asked = true;
        blocks.sized = false;
      }
    }
  }

  /** It did not come to these: {@link #wanted} has their kinds again, in the same order. */
  void putOff(Collection<Wanted> rest) {
    for (Wanted one : rest) {
      Blocks blocks = kinds.get(one.kind());
      if (blocks != null) {
        synchronized (blocks) {
          blocks.asked = true;
          blocks.sized = false;
          blocks.turn = Math.min(blocks.turn, one.turn());
          lacking = true;
        }
      }
    }
  }

  private Reservation reservation(String owner, IdKind kind, int size, long now) {
    long end = now + LIFE.toSeconds();
    byte[] secret = new byte[DerivedIds.SECRET];
    random.nextBytes(secret);
    return new Reservation(
        UUID.randomUUID().toString(),
        owner,
        kind.prefix(),
        HexFormat.of().formatHex(secret),
        size,
        kind.isListed() ? Math.min(kind.windowEnd(), end) : end);
  }

  private void retireOld(IdKind kind, Blocks blocks, long now) {
    blocks.ready.removeIf(
        block -> {
          long end = block.reservation().maxExpiresAt();
          // All tokens of a list expire in its window, however little is left of it.
          long least = kind.isListed() && end == kind.windowEnd() ? 1 : REPLACED.toSeconds();
          boolean old = end - now < least;
          if (old) {
            retire(block);
          }
          return old;
        });
  }

  /** Adds a block whose row is in the database. */
  void add(IdKind kind, IdBlock block) {
    Blocks blocks = kinds.computeIfAbsent(kind, any -> new Blocks(turns.incrementAndGet()));
    synchronized (blocks) {
      blocks.ready.add(block);
    }
  }

  private void retire(IdBlock block) {
    block.close();
    synchronized (retired) {
      retired.add(new Retired(block, nanos.getAsLong()));
    }
  }

  /**
   * Gives out no more ids of any block so far: the database may not know them any more. A kind that
   * nobody has used since its last block waits for its next token.
   */
  void discard() {
    for (Blocks blocks : kinds.values()) {
      synchronized (blocks) {
        blocks.ready.forEach(this::retire);
        blocks.ready.clear();
        blocks.sized = false;
      }
    }
  }

  /** The blocks whose rows have no use any more; they are still held. */
  List<IdBlock> spent() {
    synchronized (retired) {
      return retired.stream().map(Retired::block).filter(IdBlock::isSpent).toList();
    }
  }

  /** Forgets blocks whose rows are gone. */
  void forget(List<IdBlock> blocks) {
    synchronized (retired) {
      retired.removeIf(entry -> blocks.contains(entry.block));
    }
  }

  /** Ids whose block has given out no more for so long, and that are not settled. */
  List<ReservedId> stuck(Duration age) {
    long before = nanos.getAsLong() - age.toNanos();
    synchronized (retired) {
      return retired.stream()
          .filter(entry -> entry.since - before < 0)
          .flatMap(entry -> entry.block.unsettled().stream())
          .toList();
    }
  }

  private record Retired(IdBlock block, long since) {}

  /** Guarded by itself. */
  private static final class Blocks {
    private final Deque<IdBlock> ready = new ArrayDeque<>();
    private int size = SMALLEST;
    private long sizedAt;

    /** Whether the next block can be lacking because the last one was used up. */
    private boolean sized;

    private boolean asked = true;

    /** Of its next block. */
    private long turn;

    private Blocks(long turn) {
      this.turn = turn;
    }

    private int nextSize(long nanos) {
      if (sized && nanos - sizedAt < LASTING.toNanos()) {
        size = Math.min(LARGEST, size * 2);
      }
      sized = true;
      sizedAt = nanos;
      return size;
    }
  }
}
