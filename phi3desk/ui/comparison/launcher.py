"""How a comparison begins: the plan, a free model, adapters that fit, and a question to the user where in doubt."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from phi3desk.chat.messages import Mention
from phi3desk.comparison.plan import Comparison, Plan, variants_of
from phi3desk.comparison.questions import ComparedQuestion
from phi3desk.errors import UserError
from phi3desk.model.adapters.compatibility import Misfit, misfits
from phi3desk.model.types import AdapterUse, Turn
from phi3desk.profiles.profile import Profile
from phi3desk.profiles.resolution import on_model, only_with_passages, usable_model
from phi3desk.ui.clients.background import in_background
from phi3desk.ui.comparison.runner import ComparisonRunner
from phi3desk.ui.formatting import translate
from phi3desk.ui.models.doubt_dialog import DoubtDialog
from phi3desk.ui.services import Services

OnBegun = Callable[[Comparison], None]
OnRefused = Callable[[str], None]


@dataclasses.dataclass(frozen=True)
class ComparisonRequest:
    """What the user wants compared: `variants` by name, of the expert `base`; `history` and `named` as in Plan."""

    title: str
    questions: tuple[ComparedQuestion, ...]
    base: Profile
    variants: Sequence[str]
    blind: bool = False
    collections: tuple[int, ...] | None = None
    history: tuple[Turn, ...] = ()
    named: tuple[Mention, ...] = ()


class ComparisonLauncher(QObject):
    """Begins comparisons, or lets one go on; either a comparison is begun or it is refused with a sentence."""

    def __init__(
        self,
        services: Services,
        runner: ComparisonRunner,
        is_answering: Callable[[], bool],
        window: QWidget,
    ) -> None:
        """`is_answering` tells that a conversation has the model now; over `window` the user is asked."""
        super().__init__(window)
        self._store, self._profiles = services.comparisons, services.profiles
        self._models, self._adapters = services.models, services.adapters
        self._runner, self._is_answering, self._window = runner, is_answering, window

    def begin(self, wanted: ComparisonRequest, on_begun: OnBegun, on_refused: OnRefused) -> None:
        """Check, ask where in doubt, keep the comparison and run it; `on_begun` comes before its first answer."""

        def go() -> None:
            comparison = self._store.begin(plan)
            on_begun(comparison)
            self._runner.start(comparison)

        try:
            plan = self._plan(wanted)
        except UserError as error:
            on_refused(translate(error.sentence))
            return
        self._check(plan, go, on_refused)

    def go_on(self, comparison: Comparison, on_begun: OnBegun, on_refused: OnRefused) -> None:
        """Answer what is not answered yet."""

        def go() -> None:
            on_begun(comparison)
            self._runner.start(comparison)

        self._check(comparison.plan, go, on_refused)

    def on_its_model(self, profile: Profile, default: str = "") -> Profile:
        """Return an expert with those of its adapters that hold for the model it answers with.

        `default` names the model where the expert names none; "" is the one in use.
        """
        try:
            return on_model(profile, usable_model(profile.model or default, self._models))
        except UserError:
            return profile

    def only_with_passages(self, profiles: Sequence[Profile]) -> set[str]:
        """Return the ids of the experts none of whose adapters has a part in answers without passages."""
        kept = self._adapters.list()
        return {profile.id for profile in profiles if only_with_passages(profile, kept)}

    def _plan(self, wanted: ComparisonRequest) -> Plan:
        entry = usable_model(wanted.base.model, self._models)
        profiles = [self.on_its_model(profile, entry.name) for profile in self._profiles.profiles()]
        variants = variants_of(wanted.variants, self.on_its_model(wanted.base), profiles)
        self._check_free()
        seed = random.SystemRandom().randrange(2**31)
        return Plan(
            wanted.title,
            wanted.questions,
            variants,
            entry.name,
            wanted.collections,
            wanted.blind,
            seed,
            wanted.history,
            wanted.named,
        )

    def _check_free(self) -> None:
        if self._runner.running:
            raise UserError("A comparison is running already. Wait for it, or stop it.")
        if self._is_answering():
            raise UserError("An answer is still being written. Wait for it, or stop it, and compare then.")

    def _check(self, plan: Plan, go: Callable[[], None], on_refused: OnRefused) -> None:
        """Read the headers of models and adapters on another thread, then ask about what is found."""

        def on_free() -> None:
            # a question may have been asked in the meantime
            try:
                self._check_free()
            except UserError as error:
                on_refused(translate(error.sentence))
            else:
                go()

        try:
            self._check_free()
        except UserError as error:
            on_refused(translate(error.sentence))
            return
        in_background(
            self,
            lambda: self._misfits(plan),
            lambda found: self._ask_about(found, on_free, on_refused),
            lambda failure: on_refused(translate(failure.sentence)),
        )

    def _misfits(self, plan: Plan) -> list[Misfit]:
        used: dict[str, dict[AdapterUse, None]] = {}
        for variant in plan.variants:
            uses = used.setdefault(variant.profile.model or plan.model, {})
            uses.update(dict.fromkeys(variant.profile.adapters))
        kept = self._adapters.list()
        return [one for model, uses in used.items() for one in misfits(tuple(uses), kept, self._models.find(model))]

    def _ask_about(self, found: list[Misfit], go: Callable[[], None], on_refused: OnRefused) -> None:
        """Refuse what does not fit, ask about the rest one after the other, and go."""
        wrong = next((one for one in found if not one.doubtful), None)
        if wrong is not None:
            on_refused(translate(wrong.reason))
        elif not found:
            go()
        else:
            first, *others = found
            dialog = DoubtDialog(first.name, first.reason, self._window)
            dialog.hint.setText(self.tr("The comparison shows whether it helps or harms."))
            dialog.accepted.connect(lambda: self._ask_about(others, go, on_refused))
            dialog.rejected.connect(lambda: on_refused(self.tr("Nothing was compared.")))
            dialog.finished.connect(dialog.deleteLater)
            dialog.open()
