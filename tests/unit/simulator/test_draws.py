from __future__ import annotations

from statistics import fmean, pstdev

from tastytrade.simulator.draws import mixed, noisy, normals, salt_of, uniform, uniforms


def test_the_same_key_gives_the_same_numbers() -> None:
    assert uniforms("1|SPX|738898") == uniforms("1|SPX|738898")
    assert normals("a", 5) == normals("a", 5)
    assert uniform("a") == uniform("a")


def test_keys_that_differ_by_a_letter_give_other_numbers() -> None:
    assert not set(uniforms("1|SPX")) & set(uniforms("2|SPX"))


def test_uniforms_lie_between_nought_and_one() -> None:
    drawn = [u for number in range(500) for u in uniforms(str(number))]

    assert 0.0 < min(drawn) < max(drawn) < 1.0
    assert abs(fmean(drawn) - 0.5) < 0.02


def test_normals_have_mean_nought_and_deviation_one() -> None:
    drawn = normals("many", 5000)

    assert abs(fmean(drawn)) < 0.05
    assert abs(pstdev(drawn) - 1.0) < 0.05


def test_noise_keeps_weights_positive() -> None:
    assert min(noisy([1.0] * 100, 0.5, "w")) > 0.0


def test_mixed_numbers_spread_over_all_remainders() -> None:
    salt = salt_of("spread")

    assert {mixed(salt, number) % 16 for number in range(200)} == set(range(16))
