"""Laws of the form: its fields are settings of the plant, its bounds are theirs, and a bad value starts nothing."""

import pytest

from twin.errors import UsageError

pytestmark = pytest.mark.server
SHORT = {"days": 1.0, "replications": 1}


@pytest.fixture(scope="module")
def form(flow):
    """The module of the flow, imported after the settings of the server."""
    from flows import what_if  # noqa: PLC0415 - after the environment

    assert flow
    return what_if


def fields(form):
    """Every knob of the form."""
    return [
        (group, name, field) for group in (form.Machines, form.Recipe) for name, field in group.model_fields.items()
    ]


def refusal(load, sets):
    """What a scenario with these changes is refused with; empty when it is not."""
    try:
        load("baseline", sets)
    except UsageError as error:
        return str(error)
    return ""


def test_each_field_is_a_setting_and_says_its_range(form):
    """A filled-in field is accepted at both ends of its range, and its description names range and unit."""
    from twin.scenario import load  # noqa: PLC0415 - only this test needs it

    for group, name, field in fields(form):
        low, high = (next(getattr(one, end) for one in field.metadata if hasattr(one, end)) for end in ("ge", "le"))
        assert f"{low:g} to {high:g}" in field.description
        assert field.json_schema_extra["unit"] in field.description
        for value in (low, high):
            sets = form.changes(group(**{name: value}))
            assert len(sets) == 1
            assert "machine or physics" not in refusal(load, sets)  # the plan as a whole may still not go together


def test_empty_fields_change_nothing(form):
    """The form as it comes is the scenario as it is."""
    assert form.changes(form.Machines(), form.Recipe()) == ()


def test_what_the_schema_says_is_refused_before_a_run(form):
    """A value out of range, an unknown field, an unknown scenario: pydantic refuses them by the schema of the form."""
    from prefect.exceptions import ParameterTypeError  # noqa: PLC0415 - after the environment

    for bad in ({"machines": {"ovens": 0}}, {"machines": {"oven": 2}}, {"scenario": "nothing"}, {"days": 0.0},
                {"recipe": {"cure_hours": "NaN"}}, {"replications": 10**9}):  # fmt: skip
        with pytest.raises(ParameterTypeError):
            form.what_if.validate_parameters(bad)


def test_the_rest_fails_with_the_sentence_of_the_command_line(form, monkeypatch):
    """What only the plan can tell fails the flow run at once, in the command line's words; nothing is simulated."""
    monkeypatch.setattr(form, "play", lambda *_: pytest.fail("it was simulated"))
    state = form.what_if(more=["plant.oven.cont=3"], **SHORT, return_state=True)
    assert state.is_failed()
    assert "Did you mean" in state.message


def test_a_cancelled_what_if_says_that_its_base_may_be_there(form, monkeypatch):
    """Cancelled after the scenario as it is was published: the message does not say that nothing was."""
    played = []

    def play(request: object, *_: object) -> None:
        if request.sets:
            raise form.Stopped
        played.append(request)

    monkeypatch.setattr(form, "play", play)
    state = form.what_if(machines=form.Machines(ovens=4), **SHORT, return_state=True)
    assert len(played) == 1
    assert state.is_cancelled()
    assert state.message == "cancelled; what was finished is in the store."
