"""The list of conversations by day: its model and how a row is painted."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from phi3desk.chat.messages import Conversation
from phi3desk.ui.colors import mixed
from phi3desk.ui.theme import SPACE_S, TARGET, list_px, tokens

BATCH = 100
Index = QModelIndex | QPersistentModelIndex
CONVERSATION = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True)
class Row:
    """A conversation, or the heading of a day where there is none."""

    text: str
    conversation: Conversation | None = None


class ConversationListModel(QAbstractListModel):
    """Conversations under headings by day, the newest first; rows are made a hundred at a time as it is scrolled."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Row] = []
        self._waiting: list[Conversation] = []
        self._today = datetime.date.today()

    def show(self, conversations: list[Conversation]) -> None:
        """Show these conversations, in their order."""
        self.beginResetModel()
        self._today = datetime.date.today()
        self._rows = []
        self._waiting = list(conversations)
        self._take_batch()
        self.endResetModel()

    def row_of(self, conversation_id: int) -> int:
        """Return the row of a conversation, -1 where it is not among the rows made so far."""
        for number, row in enumerate(self._rows):
            if row.conversation is not None and row.conversation.id == conversation_id:
                return number
        return -1

    def conversation(self, index: Index) -> Conversation | None:
        """Return the conversation of a row, None for a heading."""
        return self._rows[index.row()].conversation if 0 <= index.row() < len(self._rows) else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._rows)

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and bool(self._waiting)

    def fetchMore(self, parent: Index) -> None:
        made = len(self._rows)
        rows = self._batch()
        self.beginInsertRows(QModelIndex(), made, made + len(rows) - 1)
        self._rows += rows
        self.endInsertRows()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.text
        if role == Qt.ItemDataRole.ToolTipRole and row.conversation is not None:
            return row.text
        if role == CONVERSATION:
            return row.conversation
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        heading = self.conversation(index) is None
        return Qt.ItemFlag.NoItemFlags if heading else Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def _take_batch(self) -> None:
        self._rows += self._batch()

    def _batch(self) -> list[Row]:
        taken, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
        rows: list[Row] = []
        heading = self._heading_of(self._rows[-1].conversation) if self._rows else ""
        for conversation in taken:
            day = self._heading_of(conversation)
            if day != heading:
                rows.append(Row(day))
                heading = day
            rows.append(Row(conversation.title or self.tr("New conversation"), conversation))
        return rows

    def _heading_of(self, conversation: Conversation | None) -> str:
        if conversation is None:
            return ""
        day = datetime.date.fromtimestamp(conversation.changed)
        age = (self._today - day).days
        if age <= 0:
            return self.tr("Today")
        if age == 1:
            return self.tr("Yesterday")
        if age <= 7:
            return self.tr("Last seven days")
        if age <= 31:
            return self.tr("Last month")
        return day.strftime("%Y")


class ConversationDelegate(QStyledItemDelegate):
    """Paints a row: a heading small and quiet, a conversation with a soft ground when it is open or pointed at."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        heading = index.data(CONVERSATION) is None
        room = option.fontMetrics.height()
        return QSize(100, max(34, room + 16) if heading else max(TARGET + 2, room + 12))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        shown = tokens()
        area = QRectF(option.rect).adjusted(0, 1, 0, -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = QFont(option.font)
        heading = index.data(CONVERSATION) is None
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if heading:
            font.setPixelSize(list_px() - 1)
            font.setWeight(QFont.Weight.DemiBold)
        else:
            ground = None
            if selected:
                ground = mixed(shown.accent, shown.window, 0.14)
            elif option.state & QStyle.StateFlag.State_MouseOver:
                ground = mixed(shown.text, shown.window, 0.07)
            if ground is not None:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(ground))
                painter.drawRoundedRect(area, 8, 8)
        painter.setFont(font)
        painter.setPen(QColor(shown.quiet if heading else shown.text))
        inner = area.adjusted(10, 8 if heading else 0, -SPACE_S, 0)
        text = painter.fontMetrics().elidedText(index.data(), Qt.TextElideMode.ElideRight, int(inner.width()))
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        painter.restore()
