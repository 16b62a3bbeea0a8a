package dev.mama.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.examples.Needs.LabelledNeed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InputTest {

  @TempDir Path folder;

  @Test
  void builtIn_cards_areFourOfEachOf25SpecialtiesInTurn() {
    List<AgentCard> cards = Cards.builtIn();
    assertThat(cards).hasSize(100);
    var counts =
        cards.stream().collect(Collectors.groupingBy(AgentCard::specialty, Collectors.counting()));
    assertThat(counts).hasSize(25).allSatisfy((field, count) -> assertThat(count).isEqualTo(4));
    assertThat(cards.subList(0, 25).stream().map(AgentCard::specialty)).doesNotHaveDuplicates();
    assertThat(cards.stream().map(AgentCard::agent)).doesNotHaveDuplicates();
  }

  @Test
  void builtIn_needs_are30OfKnownSpecialtiesAndQuoteNoCard() {
    List<LabelledNeed> needs = Needs.builtIn();
    assertThat(needs).hasSize(30);
    Set<String> fields =
        Cards.builtIn().stream().map(AgentCard::specialty).collect(Collectors.toSet());
    Set<String> quotes = new HashSet<>();
    Cards.builtIn().forEach(card -> quotes.addAll(runsOfFour(card.description())));
    assertThat(needs)
        .allSatisfy(need -> {
          assertThat(fields).contains(need.specialty().orElseThrow());
          assertThat(runsOfFour(need.need().text())).doesNotContainAnyElementsOf(quotes);
        });
  }

  private static Set<String> runsOfFour(String text) {
    List<String> words =
        List.of(
            text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9' ]", " ").strip().split(" +", -1));
    var runs = new HashSet<String>();
    for (int i = 0; i + 4 <= words.size(); i++) {
      runs.add(String.join(" ", words.subList(i, i + 4)));
    }
    return runs;
  }

  @Test
  void scale_moreThanThereAre_usesCardsAgainUnderNewIds() {
    List<AgentCard> scaled = Cards.scale(Cards.builtIn().subList(0, 2), 5);
    assertThat(scaled.stream().map(AgentCard::agent).map(AgentId::value))
        .containsExactly(
            "plumbing-1", "tax-returns-1", "plumbing-1.2", "tax-returns-1.2", "plumbing-1.3");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "\"- id: a\n  specialty: s\n\" | line 1: field 'description' is missing or blank",
        "\"- id: a\n  specialty: s\n  description: d\n- id: a\n  specialty: s\n  description: d\" | line 4: id 'a' stands at",
        "\"- id: a b\n  specialty: s\n  description: d\" | line 1: agent id 'a b' must be",
        "\"- id: a\n  colour: red\" | line 2: field 'colour' is unknown; known are [id, specialty, description]",
        "\"- id: [a]\n\" | line 1: field 'id' must be a text",
        "\"id: a\" | line 1: a list is expected",
        "\"- id: 'a\" | is not YAML",
        "\"[]\" | the list is empty",
        "\"# nothing\" | is empty; a list is expected",
        "\"- just words\" | line 1: an entry with the fields",
      })
  void read_badCards_namesFileLineAndField(String yaml, String expected) throws IOException {
    Path file = Files.writeString(folder.resolve("cards.yaml"), yaml);
    assertThatThrownBy(() -> Cards.read(file))
        .isInstanceOf(InputException.class)
        .message()
        .startsWith(file.toString())
        .contains(expected)
        .doesNotContain("\n");
  }

  @Test
  void read_missingFile_saysSo() {
    assertThatThrownBy(() -> Needs.read(folder.resolve("none.yaml")))
        .isInstanceOf(InputException.class)
        .hasMessageEndingWith("none.yaml: there is no such file");
  }

  @Test
  void read_needWithoutSpecialty_isTaken() throws IOException {
    Path file = Files.writeString(folder.resolve("needs.yaml"), "- text: the roof leaks\n");
    LabelledNeed need = Needs.read(file).getFirst();
    assertThat(need.need().text()).isEqualTo("the roof leaks");
    assertThat(need.specialty()).isEmpty();
  }

  @Test
  void expertise_followsTheSeed_andDiffersWithinASpecialty() {
    var cards = Cards.builtIn();
    var drawn = Expertise.draw(cards, 42);
    assertThat(drawn).isEqualTo(Expertise.draw(cards, 42)).isNotEqualTo(Expertise.draw(cards, 43));
    assertThat(
            cards.stream()
                .filter(card -> card.specialty().equals("plumbing"))
                .map(card -> drawn.get(card.agent()))
                .map(e -> e == null ? -1 : e.skill()))
        .containsExactlyInAnyOrder(0.95, 0.8, 0.55, 0.25);
  }
}
