package dev.bulwark.checker.jedis;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Builder;
import redis.clients.jedis.BuilderFactory;
import redis.clients.jedis.ClusterCommandArguments;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.CommandObject;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.commands.ProtocolCommand;

/** The two commands, built from classes that Jedis 6, 7 and 8 have alike. Thread-safe. */
final class Commands {

  private static final String CLUSTER_ARGUMENTS = "redis.clients.jedis.ClusterCommandArguments";

  private final Function<ProtocolCommand, CommandArguments> arguments;

  private Commands(Function<ProtocolCommand, CommandArguments> arguments) {
    this.arguments = arguments;
  }

  /** For a single server. */
  static Commands standalone() {
    return new Commands(CommandArguments::new);
  }

  /** For a cluster: before Jedis 8, only arguments of a class of their own know their slot. */
  static Commands cluster() {
    try {
      Class.forName(CLUSTER_ARGUMENTS, false, Commands.class.getClassLoader());
      return new Commands(BeforeJedis8::arguments);
    } catch (ClassNotFoundException e) {
      // Jedis 8.
      return standalone();
    }
  }

  CommandObject<List<@Nullable String>> mget(String[] keys) {
    @SuppressWarnings("NullAway") // The list of Jedis has nulls, which its type does not say.
    Builder<List<@Nullable String>> strings = BuilderFactory.STRING_LIST;
    return new CommandObject<>(arguments.apply(Command.MGET).keys((Object[]) keys), strings);
  }

  CommandObject<Boolean> exists(String key) {
    return new CommandObject<>(arguments.apply(Command.EXISTS).key(key), BuilderFactory.BOOLEAN);
  }

  /** Apart, since a class that names a missing one cannot be loaded. */
  private static final class BeforeJedis8 {

    static CommandArguments arguments(ProtocolCommand command) {
      return new ClusterCommandArguments(command);
    }
  }
}
