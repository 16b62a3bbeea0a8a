package dev.mama.registry;

import dev.mama.AgentCard;
import dev.mama.AgentCard.Details;
import dev.mama.AgentCard.Endpoint;
import dev.mama.AgentCard.Skill;
import java.util.ArrayList;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Cards in PML.
 *
 * <p>Immutable.
 */
final class PmlCards {

  private PmlCards() {}

  static AgentCard read(PmlNode node) throws PmlException {
    var skills = new ArrayList<Skill>();
    if (node.has("skills")) {
      for (JsonNode each : node.list("skills")) {
        PmlNode skill = PmlNode.of("skill", each);
        skills.add(skill(skill));
        skill.end();
      }
    }
    var endpoints = new ArrayList<Endpoint>();
    if (node.has("endpoints")) {
      for (JsonNode each : node.list("endpoints")) {
        PmlNode endpoint = PmlNode.of("endpoint", each);
        endpoints.add(
            new Endpoint(
                endpoint.text("url"), endpoint.text("binding"), endpoint.text("protocolVersion")));
        endpoint.end();
      }
    }
    int atOnce =
        node.has("atOnce") ? (int) Math.min(Integer.MAX_VALUE, node.whole("atOnce", 0)) : 0;
    var details =
        new Details(node.maybeText("owner"), node.maybeText("version"), skills, endpoints, atOnce);
    var card =
        new AgentCard(
            node.agent("agent"), node.text("specialty"), node.text("description"), details);
    node.end();
    return card;
  }

  /** A skill, which A2A writes as PML does. */
  static Skill skill(PmlNode skill) throws PmlException {
    return new Skill(
        skill.text("id"), skill.text("name"), skill.text("description"), skill.texts("tags"));
  }

  static void write(AgentCard card, ObjectNode to) {
    to.put("agent", card.agent().value()).put("specialty", card.specialty());
    to.put("description", card.description());
    Details details = card.details();
    if (!details.owner().isEmpty()) {
      to.put("owner", details.owner());
    }
    if (!details.version().isEmpty()) {
      to.put("version", details.version());
    }
    if (!details.skills().isEmpty()) {
      ArrayNode skills = to.putArray("skills");
      for (Skill skill : details.skills()) {
        ObjectNode each = skills.addObject();
        each.put("id", skill.id()).put("name", skill.name());
        ArrayNode tags = each.put("description", skill.description()).putArray("tags");
        skill.tags().forEach(tags::add);
      }
    }
    if (!details.endpoints().isEmpty()) {
      ArrayNode endpoints = to.putArray("endpoints");
      for (Endpoint endpoint : details.endpoints()) {
        ObjectNode each = endpoints.addObject();
        each.put("url", endpoint.url()).put("binding", endpoint.binding());
        each.put("protocolVersion", endpoint.protocolVersion());
      }
    }
    if (details.atOnce() > 0) {
      to.put("atOnce", details.atOnce());
    }
  }
}
