/**
 * A team's hours for its own people: whether guests are told that it is open now.
 *
 * @param {{isOpen: boolean, opensAt: number | null, closesAt: number | null} | undefined} hours
 * @param {(at: number) => string} moment
 */
export function hoursWords(hours, moment) {
  if (!hours) return "";
  if (hours.isOpen) return hours.closesAt === null ? "Open" : `Open until ${moment(hours.closesAt)}`;
  return hours.opensAt === null ? "Closed" : `Closed until ${moment(hours.opensAt)}`;
}
