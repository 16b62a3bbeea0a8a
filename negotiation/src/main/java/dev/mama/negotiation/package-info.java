/**
 * Agents that negotiate: from a demand in words to a plan that all who take part have agreed to.
 *
 * <p>{@link dev.mama.negotiation.Negotiator} opens a {@link dev.mama.negotiation.Negotiation} and
 * keeps its course, the table {@link dev.mama.negotiation.Transitions}; a {@link
 * dev.mama.negotiation.Participant} takes part on behalf of a {@link dev.mama.negotiation.Bidder}.
 * Both speak the FIPA contract net, plain or iterated, in the words of {@link
 * dev.mama.negotiation.Performative}.
 */
@NullMarked
package dev.mama.negotiation;

import org.jspecify.annotations.NullMarked;
