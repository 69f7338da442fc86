package dev.bulwark.password.argon2;

import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import de.mkammerer.argon2.jna.Argon2Library;
import de.mkammerer.argon2.jna.Argon2_context;
import de.mkammerer.argon2.jna.Argon2_type;
import de.mkammerer.argon2.jna.Argon2_version;
import de.mkammerer.argon2.jna.JnaUint32;
import java.io.File;
import org.jspecify.annotations.Nullable;

/**
 * libargon2, the reference implementation in C, through argon2-jvm's JNA binding.
 *
 * <p>The binding's {@code argon2_ctx} is called and not its ready-made hash methods, for four
 * reasons: the copy of the password in native memory is wiped, an empty password works, and lanes
 * can be computed by fewer threads, which gives the same hash when the system refuses threads; and
 * it takes its memory from {@link HugePageMemory}, which makes it faster.
 */
public final class NativeArgon2Engine implements Argon2Engine {

  // argon2.h: Argon2_ErrorCodes.
  private static final int MEMORY_ALLOCATION_ERROR = -22;
  private static final int THREAD_FAIL = -33;

  /**
   * libargon2 starts a thread a lane up to here; further lanes wait for one. More than there are
   * processors make no hash faster, and whoever else wants a processor waits behind them.
   */
  private final int maxThreads = Runtime.getRuntime().availableProcessors();

  /** Computes what libargon2 refuses to. */
  private final BouncyCastleArgon2Engine nonStandard = new BouncyCastleArgon2Engine();

  private final Argon2Library library;
  private final String description;
  private final @Nullable HugePageMemory workMemory;

  private NativeArgon2Engine(
      Argon2Library library, String description, @Nullable HugePageMemory workMemory) {
    this.library = library;
    this.description = description;
    this.workMemory = workMemory;
  }

  /**
   * Loads the library, the first one that JNA finds: in a folder that {@code jna.library.path}
   * names, then where the system has its libraries (Debian's {@code libargon2.so.1}), then inside
   * argon2-jvm. {@link #description()} names the file.
   *
   * @throws LinkageError when there is none for this system, or it cannot be unpacked or loaded
   */
  public static NativeArgon2Engine load() {
    Argon2Library library = Argon2Library.INSTANCE;
    @Nullable File file = NativeLibrary.getInstance("argon2").getFile();
    return new NativeArgon2Engine(
        library,
        "libargon2 (" + (file == null ? "system" : file) + ")",
        HugePageMemory.forThisSystem(HugePageMemory.MAX_IDLE).orElse(null));
  }

  @Override
  public byte[] hash(Argon2Parameters parameters, byte[] password, byte[] salt) {
    if (!parameters.isStandard()) {
      return nonStandard.hash(parameters, password, salt);
    }
    Argon2Parameters.requireSaltLength(salt.length);
    int result;
    byte[] hash = new byte[parameters.hashLength()];
    // One block for out, salt and password, wiped as a whole.
    long size = (long) hash.length + salt.length + password.length;
    Memory memory = new Memory(size);
    try {
      Pointer out = memory.share(0, hash.length);
      Pointer nativeSalt = memory.share(hash.length, salt.length);
      nativeSalt.write(0, salt, 0, salt.length);
      @Nullable Pointer nativePassword = null;
      if (password.length > 0) {
        nativePassword = memory.share((long) hash.length + salt.length, password.length);
        nativePassword.write(0, password, 0, password.length);
      }
      result =
          call(
              parameters,
              out,
              nativePassword,
              password.length,
              nativeSalt,
              salt.length,
              Math.min(parameters.parallelism(), maxThreads));
      if (result == THREAD_FAIL) {
        result = call(parameters, out, nativePassword, password.length, nativeSalt, salt.length, 1);
      }
      out.read(0, hash, 0, hash.length);
    } finally {
      memory.clear();
    }
    if (result == MEMORY_ALLOCATION_ERROR || result == THREAD_FAIL) {
      throw new Argon2ResourceException(library.argon2_error_message(result));
    }
    if (result != Argon2Library.ARGON2_OK) {
      throw new IllegalStateException(library.argon2_error_message(result) + " (" + result + ")");
    }
    return hash;
  }

  private int call(
      Argon2Parameters parameters,
      Pointer out,
      @Nullable Pointer password,
      int passwordLength,
      Pointer salt,
      int saltLength,
      int threads) {
    Argon2_context.ByReference context = new Argon2_context.ByReference();
    // Nothing in the structure changes but what `out` points to.
    context.setAutoRead(false);
    context.out = out;
    context.outlen = new JnaUint32(parameters.hashLength());
    context.pwd = password;
    context.pwdlen = new JnaUint32(passwordLength);
    context.salt = salt;
    context.saltlen = new JnaUint32(saltLength);
    context.secret = null;
    context.secretlen = new JnaUint32(0);
    context.ad = null;
    context.adlen = new JnaUint32(0);
    context.t_cost = new JnaUint32(parameters.iterations());
    context.m_cost = new JnaUint32(parameters.memory());
    context.lanes = new JnaUint32(parameters.parallelism());
    context.threads = new JnaUint32(threads);
    context.version = new Argon2_version(parameters.version().code());
    if (workMemory != null && parameters.memory() * 1024L >= HugePageMemory.HUGE_PAGE) {
      context.allocate_cbk = workMemory.allocateFunction();
      context.free_cbk = workMemory.freeFunction();
    }
    context.flags = new JnaUint32(0);
    return library.argon2_ctx(context, new Argon2_type(parameters.type().code()));
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public boolean isNative() {
    return true;
  }
}
