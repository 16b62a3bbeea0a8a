package dev.mama.cli;

import dev.mama.Agent;
import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.cli.ExperimentFile.Agents;
import dev.mama.examples.Helper;
import dev.mama.examples.InputException;
import dev.mama.examples.Needs;
import dev.mama.examples.Needs.LabelledNeed;
import dev.mama.examples.Requester;
import dev.mama.examples.Task;
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
import org.jspecify.annotations.Nullable;

/**
 * What agents of an experiment are made of: the types that are built in, and the user's classes.
 */
final class AgentTypes {

  static final String HELPER = "helper";
  private static final String REQUESTER = "requester";

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
   * @throws InputException if its class is not there, is no agent, or has no constructor that fits
   */
  static AgentType of(Agents agents, Map<AgentId, AgentCard> cards, ClassLoader classes) {
    if (agents.className().isPresent()) {
      return ofClass(agents.type(), agents.className().get(), classes);
    }
    return switch (agents.type()) {
      case HELPER -> AgentType.perId(HELPER, id -> new Helper(card(cards, id)));
      default -> AgentType.of(REQUESTER, AgentTypes::requester);
    };
  }

  private static AgentCard card(Map<AgentId, AgentCard> cards, AgentId id) {
    AgentCard card = cards.get(id);
    if (card == null) {
      throw new IllegalStateException("no card for agent '%s'".formatted(id));
    }
    return card;
  }

  /** A requester whose task is one of the needs that come with the demo. */
  private static Agent requester() {
    var requester = new Requester();
    List<LabelledNeed> needs = Needs.builtIn();
    return (message, context) -> {
      long number = message.payload().as(Task.class).number();
      LabelledNeed need = needs.get((int) Math.floorMod(number - 1, (long) needs.size()));
      var wanted = new Requester.Wanted(need.need().text(), need.specialty().orElse(""));
      requester.onMessage(
          new Message(
              message.idHigh(),
              message.idLow(),
              message.from(),
              message.to(),
              message.channel(),
              Payload.of(wanted),
              message.trace(),
              message.deadline()),
          context);
    };
  }

  private static AgentType ofClass(String type, String name, ClassLoader classes) {
    try {
      Class<?> found = Class.forName(name, true, classes);
      if (!Agent.class.isAssignableFrom(found)) {
        throw new InputException(
            "type '%s': class '%s' is no dev.mama.Agent".formatted(type, name));
      }
      Constructor<? extends Agent> constructor = constructor(type, found.asSubclass(Agent.class));
      return AgentType.perId(type, id -> make(constructor, id));
    } catch (ClassNotFoundException | LinkageError e) {
      throw new InputException(
          "type '%s': class '%s' is not on the class path; add its folder or jar with --classpath"
              .formatted(type, name));
    }
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
