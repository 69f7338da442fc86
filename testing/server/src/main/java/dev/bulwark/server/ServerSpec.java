package dev.bulwark.server;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An immutable description of a server to start, built with {@link #builder()}.
 *
 * @param name names the server's folder and log; unique among servers that run at the same time
 * @param archive Keycloak's archive; null for that of the build
 * @param home folder of the server; null for one below the build folder, made afresh at each start
 * @param development {@code start-dev} instead of {@code build} and {@code start --optimized}
 * @param echo copy the server's log to this process's standard output
 * @param httpPort port of the HTTP interface, 0 for any free one
 * @param managementPort port of the management interface, 0 for any free one
 * @param buildOptions options of {@code kc.sh build}, for example {@code db=postgres}
 * @param options run-time options without the leading dashes, for example {@code log-level → info}
 * @param environment environment variables beside those of this process; realm placeholders are
 *     resolved from them
 * @param realmFiles files for {@code data/import}; empty for no import
 * @param providers jars for {@code providers/} beside the bundle
 * @param withBundle whether the bundle itself goes into {@code providers/} (benchmarks compare with
 *     a server without it)
 * @param jvmOptions appended to Keycloak's own ({@code JAVA_OPTS_APPEND})
 * @param shortLived see {@link Builder#shortLived()}
 */
public record ServerSpec(
    String name,
    @Nullable Path archive,
    @Nullable Path home,
    boolean development,
    boolean echo,
    int httpPort,
    int managementPort,
    Map<String, String> buildOptions,
    Map<String, String> options,
    Map<String, String> environment,
    List<Path> realmFiles,
    List<Path> providers,
    boolean withBundle,
    List<String> jvmOptions,
    boolean shortLived) {

  /** Has the virtual machine compile with its first compiler alone. */
  static final String QUICK_START = "-XX:TieredStopAtLevel=1";

  /**
   * Has the second compiler compile what is called very often, and {@code BigInteger} soon. Without
   * that compiler {@code BigInteger} has no intrinsics, and the RSA signature of each token takes
   * 30 ms.
   */
  private static final List<String> COMPILE_OFTEN_CALLED =
      List.of(
          "-XX:CompileCommand=quiet",
          "-XX:CompileCommand=CompileThresholdScaling,java.math.BigInteger::*,0.01",
          "-XX:Tier4InvocationThreshold=1000000",
          "-XX:Tier4MinInvocationThreshold=500000",
          "-XX:Tier4CompileThreshold=3000000",
          "-XX:Tier4BackEdgeThreshold=10000000");

  public ServerSpec {
    buildOptions = Map.copyOf(buildOptions);
    options = Map.copyOf(options);
    environment = Map.copyOf(environment);
    realmFiles = List.copyOf(realmFiles);
    providers = List.copyOf(providers);
    jvmOptions = List.copyOf(jvmOptions);
  }

  /**
   * Takes this machine out of the limit on login attempts, for all that tests do comes from its one
   * address. An option of the spec has precedence. The development run has the limit as shipped:
   * people try it, and a successful login does not count.
   */
  Map<String, String> limiterOptions() {
    return withBundle && !development
        ? Map.of("spi-login-rate-limiter--default--allowed-networks", "127.0.0.0/8,::1/128")
        : Map.of();
  }

  public static Builder builder() {
    return new Builder();
  }

  /** Collects the parts of a {@link ServerSpec}; not for use by several threads. */
  public static final class Builder {
    private String name = "keycloak";
    private @Nullable Path archive;
    private @Nullable Path home;
    private boolean development;
    private boolean echo;
    private int httpPort;
    private int managementPort;
    private final Map<String, String> buildOptions = new LinkedHashMap<>();
    private final Map<String, String> options = new LinkedHashMap<>();
    private final Map<String, String> environment = new LinkedHashMap<>();
    private final List<Path> realmFiles = new ArrayList<>();
    private final List<Path> providers = new ArrayList<>();
    private boolean withBundle = true;
    private final List<String> jvmOptions = new ArrayList<>();
    private boolean shortLived;

    private Builder() {}

    public Builder name(String value) {
      name = value;
      return this;
    }

    /** Another Keycloak than that of the build, as a {@code tar.gz}. */
    public Builder archive(Path value) {
      archive = value;
      return this;
    }

    public Builder home(Path value) {
      home = value;
      return this;
    }

    public Builder development() {
      development = true;
      return this;
    }

    public Builder echo() {
      echo = true;
      return this;
    }

    public Builder ports(int http, int management) {
      httpPort = http;
      managementPort = management;
      return this;
    }

    public Builder buildOption(String key, String value) {
      buildOptions.put(key, value);
      return this;
    }

    public Builder option(String key, String value) {
      options.put(key, value);
      return this;
    }

    /** Passwords are hashed as in the image. */
    public Builder hashesAsShipped() {
      String prefix = "spi-password-hashing--argon2--";
      return option(prefix + "memory", "65536")
          .option(prefix + "iterations", "3")
          .option(prefix + "parallelism", "4");
    }

    public Builder environment(String key, String value) {
      environment.put(key, value);
      return this;
    }

    public Builder environment(Map<String, String> values) {
      environment.putAll(values);
      return this;
    }

    public Builder realmFile(Path value) {
      realmFiles.add(value);
      return this;
    }

    public Builder provider(Path jar) {
      providers.add(jar);
      return this;
    }

    public Builder withoutBundle() {
      withBundle = false;
      return this;
    }

    public Builder jvmOption(String value) {
      jvmOptions.add(value);
      return this;
    }

    /**
     * For a server of a test: what it costs to start decides, not what a request costs later. An H2
     * database begins as a copy of one that a server without a realm has made, and the virtual
     * machine compiles with its first compiler alone. Measured on two cores: 11 s and 15 s of CPU
     * time a start in place of 27 s and 50 s.
     */
    public Builder shortLived() {
      shortLived = true;
      jvmOptions.add(QUICK_START);
      return this;
    }

    /**
     * For the server that most tests share: as {@link #shortLived()}, but what is called often
     * becomes fast. A start takes 6 s of CPU time more.
     */
    public Builder usedByMany() {
      shortLived = true;
      jvmOptions.remove(QUICK_START);
      jvmOptions.addAll(COMPILE_OFTEN_CALLED);
      return this;
    }

    public ServerSpec build() {
      return new ServerSpec(
          name,
          archive,
          home,
          development,
          echo,
          httpPort,
          managementPort,
          buildOptions,
          options,
          environment,
          realmFiles,
          providers,
          withBundle,
          jvmOptions,
          shortLived);
    }
  }
}
