"""Layers that effects read are found beside their own, and beside the groups and sequences that they stand in."""

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
