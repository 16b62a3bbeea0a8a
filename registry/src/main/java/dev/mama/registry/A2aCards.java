package dev.mama.registry;

import dev.mama.AgentCard;
import dev.mama.AgentCard.Details;
import dev.mama.AgentCard.Endpoint;
import dev.mama.AgentCard.Skill;
import dev.mama.AgentId;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Cards as agent cards of A2A: written in version 1.0 (<a
 * href="https://github.com/a2aproject/A2A">a2aproject/A2A</a>, {@code specification/a2a.proto}, as
 * ProtoJSON), read in 1.0 and 0.3.
 *
 * <p>What A2A has no word for (specialty, owner, requests at once) stands in an extension, {@link
 * #EXTENSION}. A card without skills is written with one that says the same, because A2A asks for
 * one; a card without a version gets version 0.
 *
 * <p>Immutable.
 */
public final class A2aCards {

  /** The extension of A2A's capabilities that holds what only MAMA says. */
  public static final String EXTENSION = "urn:mama:agent-card:1";

  private static final int LONGEST = 1 << 20;
  private static final String MODE = "application/json";
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private A2aCards() {}

  /** {@code card} as JSON. */
  public static String write(AgentCard card) {
    Details details = card.details();
    ObjectNode to = JSON.createObjectNode();
    to.put("name", card.agent().value()).put("description", card.description());
    ArrayNode interfaces = to.putArray("supportedInterfaces");
    for (Endpoint endpoint : details.endpoints()) {
      ObjectNode each = interfaces.addObject().put("url", endpoint.url());
      each.put("protocolBinding", endpoint.binding());
      each.put("protocolVersion", endpoint.protocolVersion());
    }
    to.put("version", details.version().isEmpty() ? "0" : details.version());
    ObjectNode extension = to.putObject("capabilities").putArray("extensions").addObject();
    ObjectNode ours = extension.put("uri", EXTENSION).putObject("params");
    ours.put("specialty", card.specialty());
    if (!details.owner().isEmpty()) {
      ours.put("owner", details.owner());
    }
    if (details.atOnce() > 0) {
      ours.put("atOnce", details.atOnce());
    }
    to.putArray("defaultInputModes").add(MODE);
    to.putArray("defaultOutputModes").add(MODE);
    ArrayNode skills = to.putArray("skills");
    for (Skill skill : details.skills().isEmpty() ? List.of(only(card)) : details.skills()) {
      ObjectNode each = skills.addObject().put("id", skill.id()).put("name", skill.name());
      ArrayNode tags = each.put("description", skill.description()).putArray("tags");
      skill.tags().forEach(tags::add);
    }
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(to);
  }

  private static Skill only(AgentCard card) {
    String name = card.specialty().isBlank() ? card.agent().value() : card.specialty();
    return new Skill("all", name, card.description(), List.of(name));
  }

  /**
   * Reads an agent card; what MAMA has no place for is passed over.
   *
   * @param agent whose card it is to be: A2A's names need not be ids
   * @throws IllegalArgumentException saying where, if it is no agent card, or longer than 1 MiB
   */
  public static AgentCard read(AgentId agent, String json) {
    if (json.length() > LONGEST) {
      throw new IllegalArgumentException(
          "an agent card of %d characters; it may have %d".formatted(json.length(), LONGEST));
    }
    try {
      return read(agent, PmlNode.of("card", JSON.readTree(json)));
    } catch (JacksonException e) {
      throw new IllegalArgumentException("no JSON: " + e.getOriginalMessage(), e);
    } catch (PmlException e) {
      throw new IllegalArgumentException("no agent card of A2A: " + e.getMessage(), e);
    }
  }

  private static AgentCard read(AgentId agent, PmlNode card) throws PmlException {
    var skills = new ArrayList<Skill>();
    for (JsonNode each : card.list("skills")) {
      skills.add(PmlCards.skill(PmlNode.of("skill", each)));
    }
    String specialty = skills.isEmpty() ? "" : skills.get(0).name();
    String owner = card.has("provider") ? card.object("provider").text("organization") : "";
    int atOnce = 0;
    for (JsonNode each : extensions(card)) {
      PmlNode extension = PmlNode.of("extension", each);
      if (extension.maybeText("uri").equals(EXTENSION)) {
        PmlNode ours = extension.object("params");
        specialty = ours.text("specialty");
        owner = ours.maybeText("owner");
        atOnce =
            ours.has("atOnce") ? (int) Math.min(Integer.MAX_VALUE, ours.whole("atOnce", 0)) : 0;
      }
    }
    return new AgentCard(
        agent,
        specialty,
        card.text("description"),
        new Details(owner, card.text("version"), skills, endpoints(card), atOnce));
  }

  private static List<JsonNode> extensions(PmlNode card) throws PmlException {
    if (!card.has("capabilities")) {
      return List.of();
    }
    PmlNode capabilities = card.object("capabilities");
    return capabilities.has("extensions") ? capabilities.list("extensions") : List.of();
  }

  private static List<Endpoint> endpoints(PmlNode card) throws PmlException {
    var endpoints = new ArrayList<Endpoint>();
    if (card.has("supportedInterfaces")) {
      for (JsonNode each : card.list("supportedInterfaces")) {
        PmlNode one = PmlNode.of("supportedInterface", each);
        endpoints.add(
            new Endpoint(
                one.text("url"), one.text("protocolBinding"), one.text("protocolVersion")));
      }
    } else if (card.has("url")) { // 0.3
      String version = card.maybeText("protocolVersion");
      String binding = card.has("preferredTransport") ? card.text("preferredTransport") : "JSONRPC";
      endpoints.add(new Endpoint(card.text("url"), binding, version));
      if (card.has("additionalInterfaces")) {
        for (JsonNode each : card.list("additionalInterfaces")) {
          PmlNode one = PmlNode.of("additionalInterface", each);
          endpoints.add(new Endpoint(one.text("url"), one.text("transport"), version));
        }
      }
    }
    return endpoints;
  }
}
