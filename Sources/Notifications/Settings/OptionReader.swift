import HTTPClient

/// Reads the options one after the other, and goes on after each that is wrong.
struct OptionReader {
    typealias Read = (String) throws(SecretText.Wrong) -> Secret

    let options: NotificationOptions
    let publicURL: String
    private(set) var problems: [NotificationProblems.Problem] = []

    init(options: NotificationOptions, publicURL: String) {
        self.options = options
        self.publicURL = publicURL
    }

    // MARK: - SMS

    mutating func sms(_ read: Read) -> NotificationSettings.SMS? {
        switch options.smsProvider {
        case nil:
            let strays: [(String, Any?)] = [
                ("sms-url", options.smsURL), ("sms-account", options.smsAccount),
                ("sms-token-file", options.smsTokenFile), ("sms-sender", options.smsSender),
                ("sms-countries", options.smsCountries), ("sms-units-an-hour", options.smsUnitsAnHour),
                ("sms-units-a-day", options.smsUnitsADay),
            ]
            for (option, value) in strays where value != nil {
                note(option, "Nothing is sent without a provider: set sms-provider to twilio or webhook.")
            }
            return nil
        case "twilio": return twilio(read)
        case "webhook": return webhook(read)
        case let other?:
            note("sms-provider", "'\(OneLine.of(other, longest: 40))' is neither twilio nor webhook.")
            return nil
        }
    }

    private mutating func twilio(_ read: Read) -> NotificationSettings.SMS? {
        let base = address(options.smsURL ?? NotificationSettings.twilioURL)
        let id = needed("sms-account", options.smsAccount, "It is the account's id, AC and 32 digits.")
        if let id, !(2...64).contains(id.utf8.count) || !id.utf8.allSatisfy(Self.isIDSign) {
            note("sms-account", "It holds letters, digits and hyphens alone, as the provider shows it.")
        }
        let sender = needed("sms-sender", options.smsSender, "It is a number with + and country code, or an id MG….")
        if let sender, !Self.isSender(sender) {
            note(
                "sms-sender",
                "Write a number such as +447700900123, a name of up to 11 letters and digits, or an id MG….")
        }
        let token = secret("sms-token-file", options.smsTokenFile, read)
        guard let base, let id, let sender, let token else { return nil }
        // Twilio reports to the public internet's addresses only.
        let callback = publicURL.hasPrefix("https://") ? publicURL + NotificationSettings.callbackPath : nil
        return .twilio(TwilioSMS.Account(base: base, id: id, token: token, sender: sender, callback: callback))
    }

    private mutating func webhook(_ read: Read) -> NotificationSettings.SMS? {
        let url = needed("sms-url", options.smsURL, "It is the address to which each SMS is posted.")
        let secret = secret("sms-token-file", options.smsTokenFile, read)
        for (option, value) in [("sms-account", options.smsAccount), ("sms-sender", options.smsSender)]
        where value != nil {
            note(option, "A webhook has none; take it away.")
        }
        guard let address = url.flatMap({ address($0) }), let secret else { return nil }
        return .webhook(address, secret: secret, callback: publicURL + NotificationSettings.callbackPath)
    }

    mutating func smsGuard() -> SMSGuard.Settings? {
        guard ["twilio", "webhook"].contains(options.smsProvider) else { return nil }
        guard
            let text = needed(
                "sms-countries", options.smsCountries,
                "Write the codes of the countries where guests live, such as +44,+49. Codes that are sent anywhere are an "
                    + "invitation to fraud.")
        else { return nil }
        do {
            var settings = SMSGuard.Settings(countries: try SMSCountries(text))
            if let hour = limit("sms-units-an-hour", options.smsUnitsAnHour) { settings.unitsAnHour = hour }
            if let day = limit("sms-units-a-day", options.smsUnitsADay) { settings.unitsADay = day }
            if settings.unitsADay < settings.unitsAnHour {
                note("sms-units-a-day", "A day may cost less than an hour now; raise it, or lower sms-units-an-hour.")
            }
            return settings
        } catch {
            note("sms-countries", error.description)
            return nil
        }
    }

    // MARK: - Mail

    mutating func mail(_ read: Read) -> NotificationSettings.Mail? {
        guard let url = options.smtpURL else {
            let strays: [(String, Any?)] = [
                ("smtp-user", options.smtpUser), ("smtp-password-file", options.smtpPasswordFile),
                ("mail-from", options.mailFrom), ("smtp-plain", options.smtpPlain ? true : nil),
            ]
            for (option, value) in strays where value != nil {
                note(option, "No mail is sent without a server: set smtp-url, as in smtps://mail.example.org.")
            }
            return nil
        }
        let from = needed("mail-from", options.mailFrom, "It is who the mails are from: Clinic <desk@clinic.example>.")
        let sender = from.flatMap(MailAddress.init)
        if from != nil, sender == nil {
            note("mail-from", "Write an address, or a name and an address: Clinic <desk@clinic.example>.")
        }
        let password = options.smtpPasswordFile.flatMap { secret("smtp-password-file", $0, read) }
        if options.smtpPasswordFile != nil, password == nil { return nil }
        do {
            let server = try SMTPServer(
                url, user: options.smtpUser, password: password?.text, allowsPlain: options.smtpPlain,
                authorities: options.noticesCA)
            return sender.map { NotificationSettings.Mail(server: server, sender: $0) }
        } catch {
            note("smtp-url", error.description)
            return nil
        }
    }

    // MARK: - Webhooks

    mutating func webhooks() -> WebhookRules {
        for (option, hosts) in [
            ("webhook-hosts", options.webhookHosts), ("webhook-private-hosts", options.webhookPrivateHosts),
        ] {
            for host in hosts where !Self.isHost(host) {
                note(
                    option,
                    "'\(OneLine.of(host, longest: 80))' is no name of a host; write it without https:// and port.")
            }
        }
        let hosts = options.webhookHosts
        return WebhookRules(
            hosts: hosts.isEmpty ? nil : Set(hosts), privateHosts: Set(options.webhookPrivateHosts))
    }

    // MARK: - Parts

    private mutating func note(_ option: String, _ message: String) {
        problems.append(NotificationProblems.Problem(option: option, message: message))
    }

    private mutating func needed(_ option: String, _ value: String?, _ what: String) -> String? {
        if let value, !value.isEmpty { return value }
        note(option, "It is missing. \(what)")
        return nil
    }

    private mutating func limit(_ option: String, _ value: Int?) -> Int? {
        guard let value else { return nil }
        guard (1...10_000_000).contains(value) else {
            note(option, "It must be between 1 and 10000000.")
            return nil
        }
        return value
    }

    private mutating func secret(_ option: String, _ path: String?, _ read: Read) -> Secret? {
        guard let path = needed(option, path, "It is the path of a file that holds the secret, and nothing else.")
        else {
            return nil
        }
        do {
            return try read(path)
        } catch {
            note(option, error.description)
            return nil
        }
    }

    /// Secrets and numbers do not travel in the open, except inside of this machine.
    private mutating func address(_ text: String) -> HTTPAddress? {
        do {
            let address = try HTTPAddress(text)
            guard address.isTLS || ["127.0.0.1", "::1", "localhost"].contains(address.host) else {
                note("sms-url", "It must begin with https://; http:// is for this machine alone.")
                return nil
            }
            return address
        } catch {
            note("sms-url", error.description)
            return nil
        }
    }

    private static func isIDSign(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"): true
        default: false
        }
    }

    private static func isSender(_ text: String) -> Bool {
        if text.hasPrefix("+") {
            let digits = text.utf8.dropFirst()
            return (3...15).contains(digits.count) && digits.allSatisfy { (0x30...0x39).contains($0) }
        }
        if text.hasPrefix("MG"), text.utf8.count == 34 { return text.utf8.allSatisfy(isIDSign) }
        let isName = text.utf8.allSatisfy { isIDSign($0) || $0 == 0x20 }
        return (1...11).contains(text.utf8.count) && isName && text.contains(where: \.isLetter)
    }

    /// A leading dot means all below it.
    private static func isHost(_ text: String) -> Bool {
        let host = text.hasPrefix(".") ? text.dropFirst() : text[...]
        return (1...253).contains(host.utf8.count)
            && host.utf8.allSatisfy { isIDSign($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "_") }
            && !host.hasPrefix(".") && !host.hasSuffix(".")
    }
}
