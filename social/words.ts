/** One short word a byte, for fingerprints that people read to each other: no two begin with the same four letters. */
export const WORDS: readonly string[] = `
acorn adder album alley amber anchor ankle apple apron arbor arrow aspen
attic autumn badge bagel baker bamboo banjo barn basil beach beetle bench
berry bison blanket blossom bobcat bonnet boulder bramble bread brick brook bucket
bugle butter cabin cactus camel candle canoe carpet cedar cello chalk cherry
chimney cinder clover cobalt coffee comet copper coral cotton cradle crane cricket
crown cubicle daisy dancer dawn desert diamond dinner dolphin domino donkey dragon
drum dune eagle earth easel echo elbow ember emerald engine envoy fable
falcon feather fern ferry fiddle finch flame flute forest fossil fountain fresco
galaxy garden garlic gazelle ginger glacier goblet granite gravel grove guitar hammer
harbor hazel hedge heron hill hollow honey horizon hunter igloo indigo iris
island ivory jacket jasmine jelly jigsaw jungle juniper kayak kennel kernel kettle
kitten knot ladder lagoon lantern laurel lemon lentil lily linen lobster locket
lotus lumber magnet mango maple marble meadow melon mirror mitten monkey moss
mountain muffin mustard napkin nectar needle nickel noodle nutmeg oasis ocean olive
onion opal orbit orchard otter oven oyster paddle panda paper parrot pebble
pencil pepper piano pigeon pillow planet plaza plum pocket poppy prairie prism
puddle pumpkin quail quarry quill rabbit radish raven reed ribbon river robin
rocket rope saddle saffron salmon sandal saturn scarf sequoia shadow shell silver
sketch sleigh snow socket sparrow spruce stable summer sunset swan tablet tango
teapot temple thimble tiger timber toast tomato torch trumpet tulip tundra turtle
umbrella urchin valley vanilla velvet violin volcano wagon walnut water whale willow
winter yarrow yogurt zebra
`.trim().split(/\s+/);
