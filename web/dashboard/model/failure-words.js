/**
 * What a refused command says to whoever gave it. Most of it is the server's; a lost race names who was first (B3).
 *
 * @param {any} error a FoyerError
 */
export function failureWords(error) {
  switch (error?.code) {
    case "already_claimed":
      return error.by?.name
        ? `${error.by.name} was first and has this conversation.`
        : "A colleague was first and has this conversation.";
    case "disconnected":
    case "network":
      return "There is no connection. Try again when it is back.";
    case "moved":
      return "This conversation goes on in another one.";
    default:
      return error?.message || "This did not work. Please try again.";
  }
}
