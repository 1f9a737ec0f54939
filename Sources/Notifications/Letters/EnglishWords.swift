struct EnglishWords: LetterWords {
    func sms(_ notice: Notice, _ name: String) -> String {
        switch notice {
        case .code(let code, let minutes, let host):
            """
            \(code) is your code\(tail("for", name)). It is valid for \(count(minutes, "minute")). Never pass it on: nobody \
            who asks you for it is from us.

            @\(host) #\(code)
            """
        case .missedResponse(let link): "\(lead(name))There is a reply for you. Read it here: \(link)"
        case .teamMissedResponse(let team, let link): "\(lead(team))Somebody waits for your answer. \(link)"
        case .firstResponseAlert(let team, let link): "\(lead(team))Nobody has answered a new conversation yet. \(link)"
        case .invitation(let link): "\(lead(name))You are invited to a conversation. Join it here: \(link)"
        case .closingWarning(let hours, let link):
            "\(lead(name))Your conversation closes in \(count(hours, "hour")) unless somebody writes. \(link)"
        case .closed(let link): "\(lead(name))Your conversation is closed. You can still read it: \(link)"
        case .closedUnanswered(let link):
            "\(lead(name))Your conversation has ended without an answer. We are sorry. You can write again: \(link)"
        case .memberInvitation(let link): "\(lead(name))You are invited to join the team. Begin here: \(link)"
        case .senderActivation(let code): "\(code) activates this number as sender of SMS\(tail("for", name))."
        case .test: "\(lead(name))This is a test message. SMS works."
        }
    }

    func mail(_ notice: Notice, _ name: String) -> (subject: String, lines: [String]) {
        switch notice {
        case .code(let code, let minutes, _):
            (
                "Your code\(tail("for", name))",
                [
                    "\(code) is your code\(tail("for", name)).", "",
                    "It is valid for \(count(minutes, "minute")). Type it on the page that asked for it.",
                    "Never pass it on: nobody who asks you for it is from us.",
                    "You did not ask for a code? Then you need not do anything.",
                ]
            )
        case .missedResponse(let link):
            ("A reply\(tail("from", name))", ["There is a reply for you. Read it here:", link, "", Self.askedForCode])
        case .teamMissedResponse(let team, let link):
            ("\(lead(team))Somebody waits for your answer", ["Somebody has written and waits for your answer:", link])
        case .firstResponseAlert(let team, let link):
            ("\(lead(team))Not answered yet", ["Nobody has answered a new conversation yet:", link])
        case .invitation(let link):
            (
                "An invitation\(tail("from", name))",
                ["You are invited to a conversation\(tail("with", name)). Join it here:", link, "", Self.askedForCode]
            )
        case .closingWarning(let hours, let link):
            (
                "\(lead(name))Your conversation will close",
                ["Your conversation closes in \(count(hours, "hour")) unless somebody writes:", link]
            )
        case .closed(let link):
            (
                "\(lead(name))Your conversation is closed",
                ["Your conversation is closed. You can still read it here:", link]
            )
        case .closedUnanswered(let link):
            (
                "\(lead(name))Your conversation has ended",
                ["Your conversation has ended without an answer. We are sorry. You can write again here:", link]
            )
        case .memberInvitation(let link):
            (
                "\(lead(name))Join the team",
                [
                    "You are invited to join the team\(tail("of", name)). Begin here:", link, "",
                    "The link is for you alone: never pass it on.",
                ]
            )
        case .senderActivation(let code):
            ("\(lead(name))Activate this sender", ["\(code) activates this address as a sender\(tail("for", name))."])
        case .test: ("\(lead(name))A test", ["This is a test message\(tail("from", name)). E-mail works."])
        }
    }

    let machine = "A machine has sent this; nobody reads answers to it."

    private static let askedForCode = "You may be asked for a code before you see it."

    private func count(_ number: Int, _ what: String) -> String { number == 1 ? "1 \(what)" : "\(number) \(what)s" }
}
