package dev.mama.bench;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SplittableRandom;

/** Unique short everyday sentences of 8 to 20 words, drawn by seed. */
final class Sentences {

  private static final String[] WHO = {
    "my neighbour",
    "our landlord",
    "the new tenant",
    "my daughter",
    "an old friend",
    "our choir",
    "the kindergarten",
    "my employer",
    "the shop downstairs",
    "a customer",
    "my grandfather",
    "the sports club",
    "our team",
    "the school",
    "my doctor"
  };
  private static final String[] THING = {
    "washing machine",
    "tax letter",
    "bicycle",
    "kitchen floor",
    "birthday cake",
    "laptop",
    "rental contract",
    "apple tree",
    "guitar",
    "wedding speech",
    "front door",
    "insurance policy",
    "dog",
    "radiator",
    "passport",
    "vegetable patch",
    "phone screen",
    "staircase",
    "invoice",
    "photo album"
  };
  private static final String[] TROUBLE = {
    "has stopped working",
    "makes a strange noise",
    "must be ready soon",
    "was damaged by water",
    "costs far more than agreed",
    "does not look as promised",
    "needs a second opinion",
    "cannot be found anywhere",
    "is too old to be repaired",
    "has to be explained to a child",
    "gets worse every week",
    "was refused without a reason",
    "should be translated",
    "smells of smoke",
    "keeps everybody awake at night"
  };
  private static final String[] WHEN = {
    "since last winter",
    "after the move",
    "before the weekend",
    "every morning",
    "although it is nearly new",
    "in spite of two repairs",
    "and nobody answers the phone",
    "as far as I can tell",
    "for the third time",
    "until the end of the month",
    "because of the heavy rain",
    "without any warning"
  };
  private static final String[] WISH = {
    "who can help",
    "what should I do first",
    "is that worth repairing",
    "how long does that take",
    "what would it cost",
    "can you have a look",
    "I would rather do it myself",
    "please tell me whom to ask"
  };

  private Sentences() {}

  /** {@code count} different ones, at most 100,000. */
  static List<String> draw(int count, long seed) {
    var random = new SplittableRandom(seed);
    var drawn = new LinkedHashSet<String>();
    while (drawn.size() < count) {
      drawn.add(
          "The %s of %s %s %s, %s?"
              .formatted(
                  pick(THING, random),
                  pick(WHO, random),
                  pick(TROUBLE, random),
                  pick(WHEN, random),
                  pick(WISH, random)));
    }
    return new ArrayList<>(drawn);
  }

  private static String pick(String[] words, SplittableRandom random) {
    return words[random.nextInt(words.length)];
  }
}
