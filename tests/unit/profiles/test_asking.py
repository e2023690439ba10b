"""An expert is asked with what it says, and with Settings where it says nothing."""

from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.chat.messages import MadeBy
from phi3desk.chat.question import Question
from phi3desk.chat.reading.wait import Wait
from phi3desk.library.documents import SearchScope
from phi3desk.model.options import load_options, sampling
from phi3desk.model.types import AdapterUse, LoadOptions, ModelEntry, Role, Sampling, Turn
from phi3desk.paths import Paths
from phi3desk.profiles.asking import made_by, question_of
from phi3desk.profiles.profile import Profile, SamplingChoice
from phi3desk.settings import Settings

GREASE = AdapterUse("grease", "/a/grease.gguf", 0.8)
EXPERT = Profile(
    "p1",
    "Pump expert",
    "Be brief.",
    adapters=(GREASE,),
    collections=(7,),
    answer_mode=AnswerMode.DOCUMENTS_FIRST,
    sampling=SamplingChoice(temperature=0.7),
)


def test_question_of_an_expert_takes_settings_where_the_expert_says_nothing(home: Paths):
    settings = Settings(home.settings)
    settings.set("answers.passages", 3)
    settings.set("answers.max_tokens", 900)
    settings.set("answers.temperature", 0.2)
    history = (Turn(Role.USER, "Which pump?"),)
    maker = made_by(EXPERT, None)
    scope = SearchScope((1, 2), ("a.pdf",))
    asked = question_of(EXPERT, "How hot?", settings, maker, scope=scope, history=history)
    assert asked == Question(
        text="How hot?",
        instructions="Be brief.",
        history=history,
        scope=scope,
        passages=3,
        sampling=Sampling(temperature=0.7, max_tokens=900),
        made_by=maker,
        mode=AnswerMode.DOCUMENTS_FIRST,
        wait=Wait.THOROUGH,
    )


def test_made_by_names_model_and_expert():
    entry = ModelEntry("phi3", "/m/phi3.gguf", 5, fingerprint="ab12")
    assert made_by(EXPERT, entry) == MadeBy("phi3", "/m/phi3.gguf", "ab12", "Pump expert", "p1", (GREASE,))
    assert made_by(EXPERT, None) == MadeBy("", "", "", "Pump expert", "p1", (GREASE,))


def test_options_are_those_of_settings(home: Paths):
    settings = Settings(home.settings)
    assert load_options(settings) == LoadOptions()
    assert sampling(settings) == Sampling()
    settings.set("model.context", 2048)
    settings.set("model.gpu_layers", 3)
    settings.set("model.threads", 2)
    settings.set("answers.temperature", 0.5)
    settings.set("answers.max_tokens", 64)
    assert load_options(settings) == LoadOptions(2048, 3, 2)
    assert sampling(settings) == Sampling(temperature=0.5, max_tokens=64)
