package import Notifications

/// How letters leave the building, by their channel.
package struct Transports: Sendable {
    package var sms: any Transport
    package var email: any Transport

    package init(sms: any Transport, email: any Transport) {
        self.sms = sms
        self.email = email
    }

    func way(_ letter: Letter) -> any Transport {
        switch letter.channel {
        case .sms: sms
        case .email: email
        }
    }

    func send(_ letter: Letter, key: String) -> Delivery { way(letter).send(letter, key: key) }
}
