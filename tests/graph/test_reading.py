"""Layers that others read are found beside those, and beside the groups and sequences that they stand in."""

from reelwork.graph.leaving import leaving_out
from reelwork.render.prepare import Settings, prepare

SCENE = """
reelwork: 1
canvas: {size: [64, 36], fps: 24}
compositions:
  main:
    duration: 2s
    sequence:
      - {solid: red, duration: 1s, effects: [{displace: {map: map}}]}
    layers:
      - {solid: red, effects: [{displace: {map: map}}]}
      - layers:
          - id: near
            solid: gold
          - sequence: [{solid: red, duration: 1s, effects: [{displace: {map: map}}, {displace: {map: near}}]}]
      - {id: map, solid: gold, visible: false}
      - {adjustment: true, effects: [{displace: {map: map, enabled: false}}, {displace: {map: map}}]}
"""


def test_each_effect_gets_the_layer_that_it_names(tmp_path):
    (tmp_path / "scene.yaml").write_text(SCENE)
    sequence, plain, group, hidden, adjustment = prepare(tmp_path, Settings()).graph("main").root.layers
    near, inner = group.source.layers
    readers = [sequence.source.sequence.clips[0], plain, inner.source.sequence.clips[0], adjustment]
    assert [[use.others["map"].path for use in reader.effects] for reader in readers] == [
        [hidden.path],
        [hidden.path],
        [hidden.path, near.path],
        [hidden.path],
    ]
    assert all(reader.effects[0].others["map"] is hidden for reader in readers)
    assert readers[2].effects[1].others["map"] is near


LEFT = """
reelwork: 1
canvas: {size: [64, 36], fps: 24}
compositions:
  main:
    duration: 2s
    layers:
      - id: take
        solid: gold
        effects: [box-blur]
      - {generate: {waveform: {of: take}}, effects: [{displace: {map: take}}]}
"""


def test_what_is_left_out_of_a_layer_is_left_out_where_that_is_read(tmp_path):
    (tmp_path / "scene.yaml").write_text(LEFT)
    whole = prepare(tmp_path, Settings()).graph("main")
    left = leaving_out(whole, {whole.root.layers[0].effects[0].path})
    take, scope = left.root.layers
    assert not take.effects
    assert scope.source.others == {"of": take}
    assert scope.source.others["of"] is take
    assert scope.effects[0].others["map"] is take
