package dev.bulwark.example.quarkus;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.Map;
import redis.clients.jedis.Jedis;
import redis.embedded.RedisServer;
import redis.embedded.core.RedisServerBuilder;

/** What the application finds: a real Redis, which the test feeds, and the key of an issuer. */
public final class Surroundings implements QuarkusTestResourceLifecycleManager {

  private RedisServer redis;
  private KeyPair keys;

  @Override
  public Map<String, String> start() {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      RedisServerBuilder builder =
          RedisServer.newRedisServer().port(free.getLocalPort()).setting("bind 127.0.0.1");
      Path installed = installed();
      if (installed != null) {
        builder.executableProvider(installed::toFile);
      }
      redis = builder.build();
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      keys = generator.generateKeyPair();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
    startRedis();
    return Map.of(
        "bulwark.redis-url",
        "redis://127.0.0.1:" + redis.ports().get(0),
        "quarkus.oidc.public-key",
        Base64.getEncoder().encodeToString(keys.getPublic().getEncoded()));
  }

  /** The Redis of the machine; null where there is none. */
  private static Path installed() {
    for (String folder : System.getenv("PATH").split(File.pathSeparator, -1)) {
      for (String name : new String[] {"redis-server", "valkey-server"}) {
        if (Files.isExecutable(Path.of(folder, name))) {
          return Path.of(folder, name);
        }
      }
    }
    return null;
  }

  KeyPair keys() {
    return keys;
  }

  void startRedis() {
    try {
      redis.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    feed();
  }

  void stopRedis() {
    try {
      redis.stop();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As Keycloak does: everything revoked until now is there. */
  void feed() {
    try (Jedis jedis = new Jedis("127.0.0.1", redis.ports().get(0))) {
      jedis.set("revocation:complete", Long.toString(System.currentTimeMillis()));
      jedis.set("revocation:realm:app", "0 -");
    }
  }

  /** As Keycloak does: a token is revoked. */
  void revoke(String jti) {
    try (Jedis jedis = new Jedis("127.0.0.1", redis.ports().get(0))) {
      jedis.setex("revoked:" + jti, 900, "1");
    }
  }

  @Override
  public void inject(TestInjector injector) {
    injector.injectIntoFields(this, new TestInjector.MatchesType(Surroundings.class));
  }

  @Override
  public void stop() {
    stopRedis();
  }
}
