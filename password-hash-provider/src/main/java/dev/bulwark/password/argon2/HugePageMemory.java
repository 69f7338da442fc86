package dev.bulwark.password.argon2;

import com.sun.jna.Callback;
import com.sun.jna.CallbackReference;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Gives libargon2 the memory in which it works, from huge pages where Linux grants them, and keeps
 * it for the next hash. Argon2 reads its memory all over: with pages of 4 KiB much of its time goes
 * into finding pages, and into getting 16,384 zeroed ones for each hash of 64 MiB. The allocator of
 * the C library can do the same by an environment variable (glibc.malloc.hugetlb), but only from
 * glibc 2.35 on, and nobody sets it.
 *
 * <p>libargon2 wipes the memory before it gives it back ({@code free_memory} in its core.c), so
 * what is kept holds nothing. It is kept for a while only. Thread-safe.
 */
final class HugePageMemory {

  /** {@code allocate_fptr} of argon2.h; {@code size_t} is a long where this class is used. */
  interface Allocate extends Callback {

    /** Sets the pointer to the memory; leaves it null if there is none. */
    int invoke(Pointer memory, long size);
  }

  /** {@code deallocate_fptr} of argon2.h. */
  interface Free extends Callback {

    /** Takes memory back. */
    void invoke(Pointer memory, long size);
  }

  /** The C library's, with the constants that all Linux ports for 64-bit x86 and ARM share. */
  interface CLibrary extends Library {

    int PROT_READ_WRITE = 0x1 | 0x2;
    int MAP_PRIVATE_ANONYMOUS = 0x02 | 0x20;
    long MAP_FAILED = -1;
    int MADV_HUGEPAGE = 14;

    /** Not part of a core dump: it may hold what a password was made into. */
    int MADV_DONTDUMP = 16;

    Pointer mmap(
        @Nullable Pointer address,
        NativeLong length,
        int protection,
        int flags,
        int file,
        NativeLong offset);

    int munmap(Pointer address, NativeLong length);

    int madvise(Pointer address, NativeLong length, int advice);
  }

  /** Less is not worth it. */
  static final long HUGE_PAGE = 2L << 20;

  /** How long memory is kept after its last use. */
  static final Duration MAX_IDLE = Duration.ofSeconds(30);

  private final CLibrary library;
  private final Duration maxIdle;
  private final ConcurrentLinkedDeque<Region> idle = new ConcurrentLinkedDeque<>();
  private final Map<Long, Region> used = new ConcurrentHashMap<>();
  private final AtomicBoolean trimming = new AtomicBoolean();

  // Fields: a callback that is collected leaves a dangling function pointer.
  private final Allocate allocate = this::allocate;
  private final Free free = this::free;

  private HugePageMemory(CLibrary library, Duration maxIdle) {
    this.library = library;
    this.maxIdle = maxIdle;
  }

  /** For 64-bit Linux; empty elsewhere, where libargon2 allocates for itself. */
  static Optional<HugePageMemory> forThisSystem(Duration maxIdle) {
    if (!Platform.isLinux() || Native.SIZE_T_SIZE != Long.BYTES) {
      return Optional.empty();
    }
    try {
      return Optional.of(new HugePageMemory(Native.load("c", CLibrary.class), maxIdle));
    } catch (LinkageError e) {
      return Optional.empty();
    }
  }

  /** For {@code allocate_cbk}. */
  Pointer allocateFunction() {
    return CallbackReference.getFunctionPointer(allocate);
  }

  /** For {@code free_cbk}. */
  Pointer freeFunction() {
    return CallbackReference.getFunctionPointer(free);
  }

  /** Bytes that wait for the next hash. */
  long idleBytes() {
    return idle.stream().mapToLong(Region::size).sum();
  }

  private int allocate(Pointer memory, long size) {
    Region region = takeIdle(size);
    if (region == null) {
      // So that what is idle never adds to what as many hashes at once take.
      unmapIdle(System.nanoTime());
      region = map(size);
    }
    if (region != null) {
      used.put(Pointer.nativeValue(region.start()), region);
      memory.setPointer(0, region.start());
    }
    return 0;
  }

  /** The one used last, which is in the processor's caches, if any. */
  private @Nullable Region takeIdle(long size) {
    for (Region region : idle) {
      if (region.size() == size && idle.remove(region)) {
        return region;
      }
    }
    return null;
  }

  private @Nullable Region map(long size) {
    long length = size + HUGE_PAGE;
    Pointer base =
        library.mmap(
            null,
            new NativeLong(length),
            CLibrary.PROT_READ_WRITE,
            CLibrary.MAP_PRIVATE_ANONYMOUS,
            -1,
            new NativeLong(0));
    if (base == null || Pointer.nativeValue(base) == CLibrary.MAP_FAILED) {
      return null;
    }
    long offset = Math.floorMod(-Pointer.nativeValue(base), HUGE_PAGE);
    Pointer start = base.share(offset);
    // Advice only: where the kernel knows no huge pages the memory is as good as malloc's.
    library.madvise(start, new NativeLong(size), CLibrary.MADV_HUGEPAGE);
    library.madvise(start, new NativeLong(size), CLibrary.MADV_DONTDUMP);
    return new Region(base, length, start, size, 0);
  }

  private void free(Pointer memory, long size) {
    Region region = used.remove(Pointer.nativeValue(memory));
    if (region == null) {
      return;
    }
    idle.push(region.usedAt(System.nanoTime()));
    scheduleTrim();
  }

  private void scheduleTrim() {
    if (trimming.compareAndSet(false, true)) {
      CompletableFuture.delayedExecutor(maxIdle.toMillis(), TimeUnit.MILLISECONDS)
          .execute(this::trim);
    }
  }

  /** Gives back what nobody has used for a while. */
  private void trim() {
    trimming.set(false);
    unmapIdle(System.nanoTime() - maxIdle.toNanos());
    if (!idle.isEmpty()) {
      scheduleTrim();
    }
  }

  private void unmapIdle(long usedUntil) {
    for (Region region : idle) {
      if (usedUntil - region.lastUsed() >= 0 && idle.remove(region)) {
        library.munmap(region.base(), new NativeLong(region.length()));
      }
    }
  }

  /**
   * Mapped memory.
   *
   * @param base of the mapping
   * @param length of the mapping, bytes
   * @param start first byte that a huge page can hold
   * @param size from there on, bytes
   * @param lastUsed by {@link System#nanoTime}
   */
  private record Region(Pointer base, long length, Pointer start, long size, long lastUsed) {

    Region usedAt(long time) {
      return new Region(base, length, start, size, time);
    }
  }
}
