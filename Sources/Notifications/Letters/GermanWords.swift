struct GermanWords: LetterWords {
    func sms(_ notice: Notice, _ name: String) -> String {
        switch notice {
        case .code(let code, let minutes, let host):
            """
            \(code) ist Ihr Code\(tail("für", name)). Er gilt \(count(minutes, "Minute", "Minuten")). Geben Sie ihn nie \
            weiter: Wer danach fragt, ist nicht von uns.

            @\(host) #\(code)
            """
        case .missedResponse(let link): "\(lead(name))Es gibt eine Antwort für Sie. Lesen Sie sie hier: \(link)"
        case .teamMissedResponse(let team, let link): "\(lead(team))Jemand wartet auf Ihre Antwort. \(link)"
        case .firstResponseAlert(let team, let link):
            "\(lead(team))Ein neues Gespräch hat noch keine Antwort. \(link)"
        case .invitation(let link): "\(lead(name))Sie sind zu einem Gespräch eingeladen. Hier nehmen Sie teil: \(link)"
        case .closingWarning(let hours, let link):
            "\(lead(name))Ihr Gespräch endet in \(count(hours, "Stunde", "Stunden")), wenn niemand schreibt. \(link)"
        case .closed(let link): "\(lead(name))Ihr Gespräch ist beendet. Sie können es weiter lesen: \(link)"
        case .closedUnanswered(let link):
            "\(lead(name))Ihr Gespräch endete ohne Antwort. Das tut uns leid. Schreiben Sie uns gern wieder: \(link)"
        case .memberInvitation(let link): "\(lead(name))Sie sind ins Team eingeladen. Beginnen Sie hier: \(link)"
        case .senderActivation(let code):
            "\(code) schaltet diese Nummer als Absender von SMS\(tail("für", name)) frei."
        case .test: "\(lead(name))Das ist eine Testnachricht. SMS funktioniert."
        }
    }

    func mail(_ notice: Notice, _ name: String) -> (subject: String, lines: [String]) {
        switch notice {
        case .code(let code, let minutes, _):
            (
                "Ihr Code\(tail("für", name))",
                [
                    "\(code) ist Ihr Code\(tail("für", name)).", "",
                    "Er gilt \(count(minutes, "Minute", "Minuten")). Geben Sie ihn auf der Seite ein, die danach fragt.",
                    "Geben Sie ihn nie weiter: Wer danach fragt, ist nicht von uns.",
                    "Sie haben keinen Code angefordert? Dann brauchen Sie nichts zu tun.",
                ]
            )
        case .missedResponse(let link):
            (
                "Eine Antwort\(tail("von", name))",
                ["Es gibt eine Antwort für Sie. Lesen Sie sie hier:", link, "", Self.askedForCode]
            )
        case .teamMissedResponse(let team, let link):
            (
                "\(lead(team))Jemand wartet auf Ihre Antwort",
                ["Jemand hat geschrieben und wartet auf Ihre Antwort:", link]
            )
        case .firstResponseAlert(let team, let link):
            ("\(lead(team))Noch keine Antwort", ["Ein neues Gespräch hat noch keine Antwort:", link])
        case .invitation(let link):
            (
                "Eine Einladung\(tail("von", name))",
                [
                    "Sie sind zu einem Gespräch\(tail("mit", name)) eingeladen. Hier nehmen Sie teil:", link, "",
                    Self.askedForCode,
                ]
            )
        case .closingWarning(let hours, let link):
            (
                "\(lead(name))Ihr Gespräch endet bald",
                ["Ihr Gespräch endet in \(count(hours, "Stunde", "Stunden")), wenn niemand schreibt:", link]
            )
        case .closed(let link):
            (
                "\(lead(name))Ihr Gespräch ist beendet",
                ["Ihr Gespräch ist beendet. Sie können es hier weiter lesen:", link]
            )
        case .closedUnanswered(let link):
            (
                "\(lead(name))Ihr Gespräch endete",
                ["Ihr Gespräch endete ohne Antwort. Das tut uns leid. Schreiben Sie uns gern wieder:", link]
            )
        case .memberInvitation(let link):
            (
                "\(lead(name))Einladung ins Team",
                [
                    "Sie sind in das Team\(tail("von", name)) eingeladen. Beginnen Sie hier:", link, "",
                    "Der Link ist nur für Sie: Geben Sie ihn nie weiter.",
                ]
            )
        case .senderActivation(let code):
            (
                "\(lead(name))Absender freischalten",
                ["\(code) schaltet diese Adresse als Absender\(tail("für", name)) frei."]
            )
        case .test: ("\(lead(name))Ein Test", ["Das ist eine Testnachricht\(tail("von", name)). E-Mail funktioniert."])
        }
    }

    let machine = "Diese Nachricht kommt von einer Maschine; Antworten darauf liest niemand."

    private static let askedForCode = "Vielleicht werden Sie vorher nach einem Code gefragt."

    private func count(_ number: Int, _ one: String, _ many: String) -> String {
        number == 1 ? "1 \(one)" : "\(number) \(many)"
    }
}
