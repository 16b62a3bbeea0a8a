package dev.mama.cli;

import dev.mama.Agent;
import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.DurableAgent;
import dev.mama.StepAgent;
import dev.mama.cli.ExperimentFile.Agents;
import dev.mama.examples.Helper;
import dev.mama.examples.InputException;
import dev.mama.examples.Requester;
import java.io.File;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What agents of an experiment are made of: the types that are built in, and the user's classes.
 */
final class AgentTypes {

  static final String HELPER = "helper";
  private static final String REQUESTER = "requester";

  /** How agents live, which their classes must be made for. */
  enum Life {
    MEMORY,
    DURABLE,
    STEPS;

    static Life of(ExperimentFile file) {
      return file.durability().isPresent() ? DURABLE : file.steps().isPresent() ? STEPS : MEMORY;
    }
  }

  private AgentTypes() {}

  static List<String> builtIn() {
    return List.of(HELPER, REQUESTER);
  }

  static boolean isBuiltIn(String type) {
    return builtIn().contains(type);
  }

  /**
   * The type of {@code agents}.
   *
   * @param cards of all agents that offer something
   * @throws InputException if its class is not there, is no agent of such a life, or has no
   *     constructor that fits
   */
  static AgentType of(
      Agents agents, Map<AgentId, AgentCard> cards, Life life, ClassLoader classes) {
    if (agents.className().isPresent()) {
      return ofClass(agents.type(), agents.className().get(), life, classes);
    }
    boolean durable = life == Life.DURABLE;
    return switch (agents.type()) {
      case HELPER -> {
        Function<AgentId, Helper> helpers = id -> new Helper(card(cards, id));
        yield durable
            ? AgentType.durablePerId(HELPER, Helper.Progress.class, helpers)
            : AgentType.perId(HELPER, helpers);
      }
      default ->
          durable
              ? AgentType.durable(REQUESTER, Requester.Serving.class, RequesterOfTasks::new)
              : AgentType.of(REQUESTER, RequesterOfTasks::new);
    };
  }

  private static AgentCard card(Map<AgentId, AgentCard> cards, AgentId id) {
    AgentCard card = cards.get(id);
    if (card == null) {
      throw new IllegalStateException("no card for agent '%s'".formatted(id));
    }
    return card;
  }

  private static AgentType ofClass(String type, String name, Life life, ClassLoader classes) {
    try {
      Class<?> found = Class.forName(name, true, classes);
      if (!Agent.class.isAssignableFrom(found)) {
        throw new InputException(
            "type '%s': class '%s' is no dev.mama.Agent".formatted(type, name));
      }
      Constructor<? extends Agent> constructor = constructor(type, found.asSubclass(Agent.class));
      AgentType plain = AgentType.perId(type, id -> make(constructor, id));
      return switch (life) {
        case MEMORY -> plain;
        case STEPS -> {
          require(StepAgent.class, found, type, "steps");
          yield plain;
        }
        case DURABLE -> {
          require(DurableAgent.class, found, type, "durability");
          yield new AgentType(type, plain.factory(), plain.supervision(), state(type, found));
        }
      };
    } catch (ClassNotFoundException | LinkageError e) {
      throw new InputException(
          "type '%s': class '%s' is not on the class path; add its folder or jar with --classpath"
              .formatted(type, name));
    }
  }

  private static void require(Class<?> wanted, Class<?> found, String type, String key) {
    if (!wanted.isAssignableFrom(found)) {
      throw new InputException(
          "type '%s': class '%s' is no %s, which '%s' asks for; make it one, or leave the key out"
              .formatted(type, found.getName(), wanted.getName(), key));
    }
  }

  /** The record that {@code state()} of {@code found} is declared to give. */
  private static Class<? extends Record> state(String type, Class<?> found) {
    try {
      Class<?> state = found.getMethod("state").getReturnType();
      if (state != Record.class) {
        return state.asSubclass(Record.class);
      }
    } catch (NoSuchMethodException e) {
      // told below
    }
    throw new InputException(
        "type '%s': class '%s' does not say which record its state() is; declare it as that record"
            .formatted(type, found.getName()));
  }

  private static Constructor<? extends Agent> constructor(
      String type, Class<? extends Agent> found) {
    try {
      return found.getConstructor(AgentId.class);
    } catch (NoSuchMethodException perId) {
      try {
        return found.getConstructor();
      } catch (NoSuchMethodException alike) {
        throw new InputException(
            "type '%s': class '%s' has neither a public constructor without arguments nor one that takes an AgentId"
                .formatted(type, found.getName()));
      }
    }
  }

  private static Agent make(Constructor<? extends Agent> constructor, AgentId id) {
    try {
      return constructor.getParameterCount() == 0
          ? constructor.newInstance()
          : constructor.newInstance(id);
    } catch (InvocationTargetException e) {
      throw new InputException("agent '%s' could not be made: %s".formatted(id, e.getCause()));
    } catch (ReflectiveOperationException e) {
      throw new InputException("agent '%s' could not be made: %s".formatted(id, e));
    }
  }

  /**
   * What finds agents' classes.
   *
   * @param classpath folders and jars, or null for what is there anyway
   * @throws InputException if one of them is not there
   */
  static URLClassLoader classes(@Nullable String classpath) {
    var urls = new ArrayList<URL>();
    if (classpath != null) {
      for (String part : classpath.split(File.pathSeparator, -1)) {
        Path path = Path.of(part);
        if (!Files.exists(path)) {
          throw new InputException("--classpath: there is no '%s'".formatted(part));
        }
        try {
          urls.add(path.toUri().toURL());
        } catch (MalformedURLException e) {
          throw new InputException("--classpath: '%s' is no path: %s".formatted(part, e));
        }
      }
    }
    return new URLClassLoader(urls.toArray(URL[]::new), AgentTypes.class.getClassLoader());
  }
}
