"""What the server pushes to one page, held back for a while: the page acts on what it knew before."""

from playwright.sync_api import Page, WebSocketRoute


class HeldSocket:
    """Stands between a page and the server. Made before the page is opened."""

    def __init__(self, page: Page) -> None:
        self._is_held = False
        self._waiting: list[tuple[WebSocketRoute, str | bytes]] = []
        self.commands: list[str] = []
        page.route_web_socket("**/v1/socket", self._pass)

    def _pass(self, socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        socket.on_message(lambda message: (self.commands.append(str(message)), server.send(message)))
        server.on_message(lambda message: self._take(socket, message))

    def _take(self, socket: WebSocketRoute, message: str | bytes) -> None:
        if self._is_held:
            self._waiting.append((socket, message))
        else:
            socket.send(message)

    def hold(self) -> None:
        self._is_held = True

    def let_go(self) -> None:
        self._is_held = False
        waiting, self._waiting = self._waiting, []
        for socket, message in waiting:
            socket.send(message)
