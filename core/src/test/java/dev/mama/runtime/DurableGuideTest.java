package dev.mama.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.DurableAgent;
import dev.mama.ExperimentId;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.journal.Grade;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The samples of {@code docs/guide/10-durable-agents.md}. */
class DurableGuideTest {

  record Stock(Map<String, Integer> items) {}

  record Bought(String item) {}

  record Show() {}

  static final class Shop implements DurableAgent<Stock> {
    private final Map<String, Integer> items = new TreeMap<>();

    @Override
    public Stock state() {
      return new Stock(items);
    }

    @Override
    public void restore(Stock stock) {
      items.putAll(stock.items());
    }

    @Override
    public void onMessage(Message message, AgentContext context) throws Exception {
      if (message.payload().type().equals("Show")) {
        context.reply(Payload.of(state()));
        return;
      }
      String item = message.payload().as(Bought.class).item();
      items.merge(item, 1, Integer::sum);
      if (!context.self().value().equals("till")) {
        context.send(AgentId.of("till"), Payload.of(new Bought(item)));
      }
    }
  }

  @Test
  void aShopThatOutlivesItsProcess(@TempDir Path folder) throws Exception {
    for (int start = 1; start <= 3; start++) {
      try (var group =
          AgentGroup.builder(ExperimentId.of("exp-42"))
              .durable(Durability.in(folder.resolve("exp-42.agents")).grade(Grade.SYNCED))
              .build()) {
        group.define(AgentType.durable("shop", Stock.class, Shop::new));
        Resumed resumed = group.resume();
        if (resumed.agents() == 0) { // a new folder
          group.startAll(List.of(AgentId.of("shop-1"), AgentId.of("till")), "shop");
        }
        var client = group.client("front-desk");
        client.send(AgentId.of("shop-1"), Payload.of(new Bought("tap")));
        Payload stock = client.ask(AgentId.of("shop-1"), Payload.of(new Show()), Words.LONG);
        assertThat(stock.as(Stock.class).items()).isEqualTo(Map.of("tap", start));
      }
    }
  }
}
